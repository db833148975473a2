// Documents as people have them: each has come out wrong in some program of this field.
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { extractSource } from "./extract-source.ts";

async function read(source: string | Uint8Array, name: string) {
  return extractSource(typeof source === "string" ? Buffer.from(source) : source, name);
}

async function textOf(source: string | Uint8Array, name = "S1.html"): Promise<string> {
  const found = await read(source, name);
  return "text" in found ? found.text.trimEnd() : `unreadable: ${found.unreadable}`;
}

const page = (body: string): string => `<!doctype html><meta charset=utf-8><body>${body}`;

test.for([
  ["It holds 2<sup>40</sup> ids, lost once in 10<sup>-9</sup> years.", "It holds 2^40 ids, lost once in 10^-9 years."],
  ["At most 10<sup>6</sup> rows<sup>3</sup>, see there<sup><a href='#n4'>4</a></sup>.", "At most 10^6 rows [3], see there [4]."],
  ["H<sub>2</sub>O and x<sub>i</sub>, on the 1<sup>st</sup>, 5 m<sup>2</sup>.", "H2O and x_i, on the 1st, 5 m^2."],
  ["<math><msup><mi>a</mi><mrow><mi>n</mi><mo>+</mo><mn>1</mn></mrow></msup></math>", "a^(n+1)"],
  ["<math><mfrac><mn>1</mn><mn>3</mn></mfrac></math>", "1/3"],
  ["<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>を読む", "漢字(かんじ)を読む"],
  ["Take 3<sup>1</sup>&frasl;<sub>2</sub> mg, or <sup>3</sup>/<sub>4</sub>.", "Take 3 1⁄2 mg, or 3/4."],
  ["2<span style='vertical-align:super'>40</span> and x<span style='vertical-align: sub'>i</span>", "2^40 and x_i"],
  ["Say <q>so</q> &amp; 👨\u200d👩\u200d👧", "Say “so” & 👨\u200d👩\u200d👧"],
] as const)("What stands above or below the line, and beside it: %s", async ([html, text]) => {
  expect(await textOf(page(html))).toBe(text);
});

test.for([
  "<p hidden>x",
  "<p HIDDEN=hidden>x",
  "<div style='display:none'>x</div>",
  "<div STYLE=' DISPLAY : NONE !important ; color:red'>x</div>",
  "<div style='visibility:hidden'>x</div>",
  "<div style='visibility: collapse'>x</div>",
  "<span aria-hidden=true>x<b>x</b></span>",
  "<style>.a{color:red} p.gone , .b { display:none }</style><p class='c gone'>x",
  "<style>#x{display:none}</style><p id=x>x",
  "<style>@media screen{.a{display:none}}</style><p class=a>x",
  "<style>.a{display:none}</style><p class='b a'>x",
  "<style>.a.off, .c > d{display:none}</style><p class='off a'>x",
  "<style>#m div.a > p:not(.on){visibility:hidden}</style><div id=m><div class='a b'><p>x",
  "<style>[data-state=off]{display:none}</style><p data-state=off>x",
  "<style>p:first-of-type ~ .a{display:none}</style><p class=a>x",
  "<style>.a{display:block}.a{display:none}p{display:block}</style><p class=a>x",
  "<style>i{display:none!important}#a{display:block}</style><i id=a style='display:block'>x</i>",
  "<style>p::before{content:'}'} @media screen{@supports (display:grid){.a{display:none}}}</style><p class=a>x",
  "<p style='position:absolute;left:-9999px'>x",
  "<p style='position:absolute;clip:rect(0, 0, 0, 0);height:1px;overflow:hidden'>x",
  "<p style='height:0;overflow:hidden'>x",
  "<p style='text-indent:-9999px'>x",
  "<p style='color:#FFF; background:white'>x",
  "<div style='font-size:0'><p>x</p></div>",
  "<dialog>x</dialog>",
  "<p style='opacity: 0'>x",
  "<p style='font-size:0px'>x",
  "<p style='content-visibility:hidden'>x",
  "<del>x</del>",
  "<p><s>x</s>",
  "<strike>x</strike>",
  "<span style='text-decoration: line-through red'>x</span>",
] as const)("Hidden and struck text is left out, and said: %s", async (html) => {
  const found = await read(page(`<p>The desk.</p>${html}`), "S1.html");
  expect(found).toMatchObject({ text: "The desk.\n", dropped: [expect.stringMatching(/^(?:hidden|struck) text: \d characters$/)] });
});

test.for([
  ["<p hidden=until-found>x", "x"],
  ["<div style='visibility:hidden'><span style='visibility:visible'>x</span></div>", "x"],
  ["<style>@media print{p{display:none}} .a{display:none} .a{display:block}</style><p class=a>x", "x"],
  ["<details><summary>More</summary>x</details>", "# More\n\nx"],
  [
    "<h2>Help</h2><details><summary>More</summary><details><summary>Yet more</summary>x</details></details>",
    "## Help\n\n### More\n\n### Yet more\n\nx",
  ],
  ["<style>.a{display:none}.a.b{display:block}</style><p class='a b'>x", "x"],
  [
    "<style>.a:hover{display:none} .a{&.b{display:none}} @media (max-width:9px){.a{display:none}} @media print{.a{display:none}}</style><p class='a b'>x",
    "x",
  ],
  ["<style media=print>p{display:none}</style><style>p::after{display:none}</style><p>x", "x"],
  ["<div style='font-size:0'><span style='font-size:12px'>x</span></div>", "x"],
  ["<div style='visibility:hidden'><p style='font-size:12px'>y</p></div>x", "x"],
  ["<p hidden style='display:flex'>x", "x"],
  ["<span style='display:block'>x</span><span style='display:block'>y</span>", "x\n\ny"],
  ["<div style='display:flex'><span>x</span><span>y</span><div>z</div></div>", "x y\n\nz"],
  ["<dialog open>x</dialog>", "x"],
  ["<noscript>x</noscript>", "x"],
  ["<ins>x</ins><template>y</template><script>z</script>", "x"],
  ["<img alt='a chart' src=b><svg><title>a plan</title></svg>", "a chart a plan"],
  [
    "<select><option>red<option>blue</select><textarea>notes</textarea><input value=Ida><input type=password value=p>",
    "red / blue notes Ida",
  ],
  ["Colour<select><option>red<option selected>blue</select>and<textarea>notes</textarea>here", "Colour red / [x] blue and notes here"],
  ["x<select style='visibility:hidden'><option>red<option>blue</select>", "x"],
  ["<p>Kept for 30 days.<sup>1</sup> Records<sup>2</sup> too.", "Kept for 30 days.[1] Records [2] too."],
  ["done<progress value=3 max=10>30 %</progress>now", "done 30 % now"],
  ["<input type=checkbox checked> yes <input type=checkbox> no", "[x] yes [ ] no"],
] as const)("What a reader sees is read: %s", async ([html, text]) => {
  expect(await textOf(page(html))).toBe(text);
});

test("Pictures without a description and embedded documents are said", async () => {
  expect(await read(page("text<img src=a><img alt='' src=b><iframe src=c></iframe>"), "S1.html")).toMatchObject({
    dropped: ["pictures without a description: 1", "embedded documents and media: 1"],
  });
});

test.for([
  ["<ol><li>a<li>b</ol>", "1. a\n2. b"],
  ["<ol start=3 type=a><li>x<li>y<ul><li>z</ul></ol>", "c. x\nd. y\n  - z"],
  ["<ol reversed type=I><li>x<li value=9>y</ol>", "II. x\nIX. y"],
  ["<dl><dt>Lease<dd>30 s<dt>Epoch<dd>a number</dl>", "Lease\n30 s\n\nEpoch\na number"],
  ["<dl><dt>Lease<dt>Term<dd>30 s<dd>or more<div><dt>Why?<dd>So</div></dl>", "Lease\nTerm\n30 s\nor more\n\nWhy?\n\nSo"],
  ["<dl><dt>Lease<dd><p>30 s</p><p>or more</p></dl>", "Lease\n30 s\n\nor more"],
] as const)("Lists stand as they are: %s", async ([html, text]) => {
  expect(await textOf(page(html))).toBe(text);
});

const cells = (tag: string, ...texts: string[]): string => `<tr>${texts.map((text) => `<${tag}>${text}`).join("")}`;

test.for([
  [cells("th", "<p>Plan</p>", "Room") + cells("td", "<p>Gold</p><p>old</p>", "2 TB"), "Plan | Room\nPlan: Gold old | Room: 2 TB"],
  [cells("td", "Gold", "2 TB") + cells("td", "", "1 TB"), "Gold | 2 TB\n1 TB"],
  ["<tr><th>Plan<td>Gold<tr><th>Room:<td>2 TB", "Plan: Gold\nRoom: 2 TB"],
  [
    cells("td", "Metal", "Speed", "Feed") + cells("td", "Steel", "600 rpm", "slow") + cells("td", "Brass", "1,800 rpm", "fast"),
    "Metal | Speed | Feed\nMetal: Steel | Speed: 600 rpm | Feed: slow\nMetal: Brass | Speed: 1,800 rpm | Feed: fast",
  ],
  [cells("td", "Owner", "Ann") + cells("td", "Age", "42") + cells("td", "Room", "12"), "Owner | Ann\nAge | 42\nRoom | 12"],
  [
    cells("td", "Ida", "Cork", "Ann") + cells("td", "Eva", "Kiel", "Bo") + cells("td", "Pia", "Ayr", "Di"),
    "Ida | Cork | Ann\nEva | Kiel | Bo\nPia | Ayr | Di",
  ],
  [
    "<caption>Berths</caption><tr><th rowspan=2>Ship<th colspan=2>Size<tr><th>Length<th>Beam<tr><td rowspan=2>Ida<td>20 m<td>6 m<tr><td colspan=2>none",
    "Berths\nShip | Size\nLength | Beam\nShip: Ida | Size / Length: 20 m | Size / Beam: 6 m\nShip: Ida | Size / Length, Size / Beam: none",
  ],
  [cells("th", "Ship", "Crew") + cells("td", "Ida", "<table><tr><td>Ann<td>Bo</table>"), "Ship | Crew\nShip: Ida | Crew: Ann | Bo;"],
  [
    `<thead>${["a", "b", "c"].map((name) => cells("th", name.repeat(70), "Ship")).join("")}<tbody>${cells("td", "1", "Ida")}`,
    `${["a", "b", "c"].map((name) => `${name.repeat(70)} | Ship\n`).join("")}1 | Ship: Ida`,
  ],
  [cells("th", "Ship", "Ports") + cells("td", "Ida", "<ul><li>Bergen<li>Cork</ul>"), "Ship | Ports\nShip: Ida | Ports: - Bergen - Cork"],
  [
    cells("th", "Zone", "Weight", "Price") +
      "<tr><td rowspan=0>North<td>1 kg<td>4 EUR<tr><td>5 kg<td>9 EUR<tbody><tr><td>South<td>1 kg<td>6 EUR",
    "Zone | Weight | Price\nZone: North | Weight: 1 kg | Price: 4 EUR\nZone: North | Weight: 5 kg | Price: 9 EUR\nZone: South | Weight: 1 kg | Price: 6 EUR",
  ],
  [
    `${cells("td", "<b>Feature</b>", "<p><strong>Gold</strong></p>")}<tr><th colspan=2>Storage${cells("td", "Backup", "daily")}<tr><td colspan=2>From May on.${cells("td", "Disk", "2 TB")}`,
    "Feature | Gold\nStorage\nStorage | Feature: Backup | Gold: daily\nFrom May on.\nStorage | Feature: Disk | Gold: 2 TB",
  ],
] as const)("A table's rows are lines, the names of its columns beside its values: %s", async ([html, text]) => {
  expect(await textOf(page(`<table>${html}</table>`))).toBe(text);
});

test.for([
  "<div role=table><div role=row><span role=columnheader>Plan</span><span role=columnheader>Room</span></div><div role=row><span role=cell>Gold</span><span role=cell>2 TB</span></div></div>",
  "<style>.t{display:table}.t>div{display:table-row}.t span{display:table-cell}</style><div class=t><div><span><b>Plan</b></span><span><b>Room</b></span></div><div><span>Gold</span><span>2 TB</span></div></div>",
] as const)("What is a table by its roles or its style is one: %s", async (html) => {
  expect(await textOf(page(html))).toBe("Plan | Room\nPlan: Gold | Room: 2 TB");
});

test("Style sheets that are too long to follow are said to be guessed at", async () => {
  const sheet = ".a ~ .b{display:none}".repeat(100);
  expect(await read(page(`<style>${sheet}</style>${"<p class=b>x</p>".repeat(2000)}`), "S1.html")).toMatchObject({
    guessed: ["what of it is shown, since its style sheets are too long to follow"],
  });
});

test("XHTML's elements without content end where they begin", async () => {
  const xhtml =
    "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'><head><title/><script src='a'/></head><body><a id='b'/><p>x<br/>y</p></body></html>";
  expect(await textOf(xhtml)).toBe("x\ny");
});

test("Navigation, contents and feet are known as what they are", async () => {
  const html =
    page(`<div><table width="100%"><tr><td><a href=a>&lt;&lt;</a><td><a href=i>Up</a><td>Handbook<td><a href=b>&gt;&gt;</a></table></div>
<h1>Harbour</h1><ul><li><a href="#deep">How deep is it?</a></li><li><a href="#far">How far?</a></li></ul>
<p id=deep>Nine metres, see <a href=x>the chart</a> and <a href=y>the table</a>.</p><div class="breadcrumbs">Home</div><footer>Imprint</footer>`);
  const found = await read(html, "S1.html");
  const text = Buffer.from("text" in found ? found.text : "");
  const blocks = ("blocks" in found ? found.blocks : []) ?? [];
  expect(blocks.map(({ from, to, kind }) => `${kind}: ${text.toString("utf8", from, to)}`)).toEqual([
    "navigation: << | Up | Handbook | >>",
    "contents: - How deep is it?\n- How far?",
    "navigation: Home",
    "furniture: Imprint",
  ]);
});

test("Notes and comments are text, known as what they are; the links back from them are left out", async () => {
  const html =
    page(`<p>Ouch<sup><a href="#footnote-1">[1]</a></sup>.</p><ol><li id="footnote-1"><p>A bar. <a href="#footnote-ref-1">↑</a></p></li>
<li id="footnote-2"><p>Fin. <a href="#footnote-ref-2">↑</a></p></li></ol><dl><dt id="comment-0">Comment [A1]</dt><dd><p>Why? <a href="#comment-ref-0">↑</a></p></dd></dl>`);
  expect(await read(html, "S1.html")).toMatchObject({
    text: "Ouch [1].\n\n1. A bar.\n2. Fin.\n\nComment [A1]\nWhy?\n",
    blocks: [
      { kind: "footnote", from: 11, to: 28 },
      { kind: "comment", from: 30, to: 47 },
    ],
  });
});

/** A text in an encoding, by Python's codecs. */
function encode(text: string, codec: string): Buffer {
  return execFileSync("python3", ["-c", `import sys; sys.stdout.buffer.write(sys.stdin.buffer.read().decode().encode('${codec}'))`], {
    input: text,
  });
}

const japanese = "夜間バックアップは毎日午前二時三十分に開始し、十四日間保管する。\n復元の依頼は運用窓口に行う。\n";
const simplified = "夜间备份每天凌晨两点三十分开始，保存十四天。\n恢复请求发送给运维窗口。\n";
const traditional = "夜間備份每天凌晨兩點三十分開始，保存十四天。\n";
const korean = "야간 백업은 매일 오전 두 시 삼십 분에 시작합니다.\n";
const russian = "Ночное резервное копирование начинается в 02:30 и хранится 14 дней.\n";

test.for([
  ["shift_jis", japanese],
  ["euc_jp", japanese],
  ["iso2022_jp", japanese],
  ["gbk", simplified],
  ["gb18030", `${simplified}𠮷野家𠀀\n`],
  ["big5", traditional],
  ["euc_kr", korean],
  ["utf_16", japanese],
  ["utf_16_le", `${japanese}Desk\n`],
  ["utf_16_be", "The desk opens at nine.\n"],
  ["utf_8_sig", "The desk opens at nine."],
] as const)("A text in %s is decoded by evidence", async ([codec, text]) => {
  const found = await read(encode(text, codec), "S1.txt");
  expect(found).toMatchObject({ text: codec === "utf_8_sig" ? `\uFEFF${text}` : text });
  expect(found).not.toHaveProperty("guessed");
});

test.for([
  ["cp1251", "windows-1251", russian],
  ["koi8_r", "koi8-r", russian],
  ["cp1252", "windows-1252", "Die nächtliche Sicherung beginnt um 02:30 Uhr – die Größe ist höchstens 40 GB.\n"],
  ["cp1253", "windows-1253", "Το νυχτερινό αντίγραφο ασφαλείας αρχίζει στις 02:30.\n"],
] as const)("A text in %s is decoded by a guess, which is said", async ([codec, label, text]) => {
  expect(await read(encode(text, codec), "S1.txt")).toMatchObject({ text, guessed: [`its encoding, taken for ${label}`] });
});

test("A text in an encoding of letters alone that is not read is refused by its name", async () => {
  expect(await textOf(encode(korean, "iso2022_kr"), "S1.txt")).toBe(
    "unreadable: its encoding is ISO-2022-KR or ISO-2022-CN, which is not read; save it as UTF-8",
  );
  expect(await textOf(encode("员工每年享有十五天带薪年假。\n", "hz"), "S1.txt")).toBe(
    "unreadable: its encoding is HZ, which is not read; save it as UTF-8",
  );
  expect(await textOf(encode("Die Größe der Bücherei: 3 €.\n", "utf_7"), "S1.txt")).toBe(
    "unreadable: its encoding is UTF-7, which is not read; save it as UTF-8",
  );
  for (const text of [
    "Write ~{name} or ~{}, and ~{a~} too.",
    "See C+AAA- and +49-30-1234, +1-555-0100, a+bcd-e+fgh-i.",
    "export PATH=~/bin:~{a,b}",
    "In HZ, RFC 1843 writes ~{<:Ky2;~} for the first words of a saying, and nothing else in this line is of it, nor in the next ones of the text.",
  ])
    expect(await textOf(text, "S1.txt")).toBe(text);
});

test("A page's declaration is followed where its bytes keep it, and not where they look like another encoding", async () => {
  const declared = (label: string): string => `<!doctype html><meta charset="${label}"><p>`;
  expect(await textOf(encode(`${declared("euc-jp")}夜`, "euc_jp"))).toBe("夜");
  expect(await textOf(encode(`${declared("windows-1251")}Да`, "cp1251"))).toBe("Да");
  expect(await textOf(encode(`${declared("iso-8859-1")}${japanese}`, "shift_jis"))).toBe(japanese.replaceAll("\n", " ").trim());
  expect(await textOf(Buffer.from(`${declared("shift_jis")}Größe`))).toBe("Größe");
});

test("A few wrong bytes cost a few characters, which are said", async () => {
  const bytes = Buffer.from("Die Größe der Straße, überall höchstens 3 m.");
  bytes[6] = 0xff;
  expect(await read(bytes, "S1.txt")).toMatchObject({ dropped: [expect.stringMatching(/^characters that are no UTF-8: \d$/)] });
});

test("Line ends, soft hyphens and full-width digits stay in the text as they are", async () => {
  for (const text of ["a\rb\rc", "a\r\nb", "a\u0085b", "Daten\u00ADsiche\u00ADrung", "０２：３０", "Gro\u0308ße"])
    expect(await textOf(text, "S1.txt")).toBe(text);
});

test.for([
  ["depot,staff\nGraz,298\n", "S1.csv", "depot | staff\ndepot: Graz | staff: 298"],
  ['\uFEFFdepot;note\r\nGraz;"one\r\ntwo; ""three"""\r\n', "S1.csv", 'depot | note\ndepot: Graz | note: one two; "three"'],
  ["depot\tstaff\nGraz\t298\n", "S1.tsv", "depot | staff\ndepot: Graz | staff: 298"],
  ["Graz,298\nCork,584\n", "S1.csv", "Graz | 298\nCork | 584"],
  ['depot,staff\nGraz,"298\nCork,584\n', "S1.csv", "depot | staff\ndepot: Graz | staff: 298 Cork,584"],
  ["one line, no table\n", "S1.csv", "one line, no table"],
  ["Depots of 2025\n\ndepot,staff\nGraz,298\n", "S1.csv", "Depots of 2025\n\ndepot | staff\ndepot: Graz | staff: 298"],
  ["sep=|\ndepot|staff\nGraz, A|298\n", "S1.csv", "depot | staff\ndepot: Graz, A | staff: 298"],
  [",2024,2025\nGraz,10,12\n", "S1.csv", "2024 | 2025\nGraz | 2024: 10 | 2025: 12"],
  ["Graz,1998,2004\nCork,2001,2007\n", "S1.csv", "Graz | 1998 | 2004\nCork | 2001 | 2007"],
  ["name,name,year\na,b,7\n", "S1.csv", "name | name | year\nname: a | name: b | year: 7"],
] as const)("A table's text has a row on each line: %j", async ([csv, name, text]) => {
  expect(await textOf(csv, name)).toBe(text);
});

test.for([
  [
    "Host | Window\n--- | ---\nalpha | 01:00\nbeta |\n\nEnd | of it.",
    "Host | Window\n--- | ---\nHost: alpha | Window: 01:00\nHost: beta\n\nEnd | of it.",
  ],
  [
    "| **Plan** | Room |\r\n|:--|--:|\r\n| A \\| B | 2 TB |\r\nDone.\r\n",
    "| **Plan** | Room |\r\n|:--|--:|\r\nPlan: A | B | Room: 2 TB\r\nDone.\r\n",
  ],
  ["|  |  |\n|--|--|\n| Rack 1 | 4 kW |", "|  |  |\n|--|--|\nRack 1 | 4 kW"],
  ["```\na | b\n--|--\nc | d\n```\n", "```\na | b\n--|--\nc | d\n```\n"],
  ["a | b\n--|--|--\nc | d\n", "a | b\n--|--|--\nc | d\n"],
  [
    "1. Ports:\n\n   | Port | Use |\n   |---|---|\n   | 80 | web |\n",
    "1. Ports:\n\n   | Port | Use |\n   |---|---|\nPort: 80 | Use: web\n",
  ],
] as const)("Rows of a Markdown table have the names of their columns, and lines stay lines: %j", async ([markdown, text]) => {
  expect(await textOf(markdown, "S1.md")).toBe(text.trim());
});

test("A Markdown table is known as one, with its head", async () => {
  const found = await read("Ports:\n\n| Port | Use |\n|---|---|\n| 80 | web |\n| 22 | ssh |\n\nDone.\n", "S1.md");
  const text = "text" in found ? found.text : "";
  expect("blocks" in found && found.blocks?.map(({ from, to, kind }) => [kind, text.slice(from, to)])).toEqual([
    ["table-header", "| Port | Use |\n|---|---|\n"],
    ["table", "Port: 80 | Use: web\nPort: 22 | Use: ssh\n"],
  ]);
});

const mail = (type: string, body: string): string =>
  `From: =?utf-8?Q?B=C3=A4r?= <b@example.test>\r\nTo: c@example.test\r\nSubject: =?utf-8?B?w5ZmZm51bmdzemVpdGVu?=\r\nMIME-Version: 1.0\r\nContent-Type: ${type}\r\n${body}`;
const parted = `multipart/mixed; boundary=b1`;

test.for([
  [
    "text/plain; charset=utf-8",
    "Content-Transfer-Encoding: quoted-printable\r\n\r\nsie schlie=C3=9Ft um f=\r\n=C3=BCnf\r\n",
    "sie schließt um fünf",
  ],
  ["text/html; charset=utf-8", "Content-Transfer-Encoding: base64\r\n\r\nPHA+TW9udGFnPHA+OSBVaHI=", "Montag\n\n9 Uhr"],
  [
    parted,
    `\r\n--b1\r\nContent-Type: text/plain\r\n\r\nSee there.\r\n--b1\r\nContent-Type: application/pdf; name=plan.pdf\r\n\r\nx\r\n--b1--`,
    "See there.",
  ],
  // Words of the page that the plain text lacks are not lost.
  [
    "multipart/alternative; boundary=b1",
    `\r\n--b1\r\nContent-Type: text/plain\r\n\r\nSee the page.\r\n--b1\r\nContent-Type: text/html\r\n\r\n<p>See the page.<p>Friday: nine.\r\n--b1--`,
    "See the page.\n\nFriday: nine.",
  ],
  [
    parted.replace("mixed", "alternative"),
    `\r\n--b1\r\nContent-Type: text/plain\r\n\r\nOne text.\r\n--b1\r\nContent-Type: text/html\r\n\r\n<p>Another page.\r\n--b1--`,
    "One text.\n\nAnother page.",
  ],
] as const)("An e-mail of %s is decoded", async ([type, rest, text]) => {
  const found = await read(mail(type, rest), "S1.txt");
  expect(found).toMatchObject({
    mediaType: "message/rfc822",
    text: `# Öffnungszeiten\n\nFrom: Bär <b@example.test>\nTo: <c@example.test>\n\n${text}\n`,
    ...(type === parted && { dropped: ["the attachment plan.pdf (application/pdf)"] }),
  });
});

test("A mailbox is read mail by mail, each by its own header, and what none of them has as text is said", async () => {
  const of = (name: string, subject: string, rest: string): string =>
    `From ${name}@example.test Mon Jan 12 10:00:00 2026\nFrom: ${name}@example.test\nTo: all@example.test\nDate: Mon, 12 Jan 2026 10:00:00 +0000\nSubject: ${subject}\n${rest}\n\n`;
  const box = [
    of("anna", "The move", "\nWe move on 14 April.\n\n>From then on the desk is closed."),
    of("bob", "Parking", 'Content-Type: multipart/alternative; boundary="x"\n\n--x\nContent-Type: text/html\n\n<p>22 spaces.\n--x--'),
    of(
      "carla",
      "=?utf-8?Q?Caf=C3=A9?=",
      "Content-Type: text/plain; charset=iso-8859-1\n\nD\u00e9jeuner: 6 euros.\n\nFrom what I hear: good.",
    ),
    of("dan", "Empty", "\n"),
    "From eve@example.test Mon Jan 12 10:00:00 2026\nFrom: eve@example.test\nTo: all@example.test\n\nThe lift is out of order.\n",
  ];
  const found = await read(Buffer.from(box.join(""), "latin1"), "S1.mbox");
  expect(found).toMatchObject({ mediaType: "message/rfc822", dropped: ["e-mails without text: 1"] });
  const text = "text" in found ? found.text : "";
  expect(text.match(/^# .*$/gm)).toEqual(["# The move", "# Parking", "# Café", "# Without a subject"]);
  expect(text).toContain("We move on 14 April.\n\nFrom then on the desk is closed.\n");
  expect(text).toContain("22 spaces.");
  expect(text).toContain("Déjeuner: 6 euros.\n\nFrom what I hear: good.");
  expect(text).not.toMatch(/boundary|charset|^From \S+@/m);
});

test("An older mail that a mail quotes is a section of its own, below the line that says whose it is", async () => {
  const body = [
    "It comes on the 27th.",
    "",
    "On Wed, 4 Mar 2026 at 09:12, Jon Falk <jon@example.test>",
    "wrote:",
    "> Does it come on the 20th?",
    "> We need 14.",
    ">",
    "> Am 3. März 2026 schrieb Ida Roth <ida@example.test>:",
    "> > Fourteen or twelve?",
    "> Fourteen.",
    "",
    "Mia",
    "> a line without its author",
  ].join("\r\n");
  expect(await textOf(mail("text/plain; charset=utf-8", `\r\n${body}`), "S1.eml")).toContain(
    [
      "It comes on the 27th.",
      "",
      "## On Wed, 4 Mar 2026 at 09:12, Jon Falk <jon@example.test> wrote:",
      "",
      "Does it come on the 20th?",
      "We need 14.",
      "",
      "### Am 3. März 2026 schrieb Ida Roth <ida@example.test>:",
      "",
      "Fourteen or twelve?",
      "",
      "Fourteen.",
      "",
      "Mia",
      "> a line without its author",
    ].join("\n"),
  );
});

test("An e-mail with bytes that it does not declare is decoded by a guess, and what its declaration loses is said", async () => {
  const bytes = (type: string): Buffer =>
    Buffer.from(mail(type, "\r\nGr\u00F6\u00DFe der Sicherung: \u00FCberall h\u00F6chstens 3 m.\r\n"), "latin1");
  expect(await read(bytes("text/plain"), "S1.eml")).toMatchObject({
    text: expect.stringContaining("Größe der Sicherung: überall höchstens 3 m."),
    guessed: ["its encoding, taken for windows-1252"],
  });
  expect(await read(bytes("text/plain; charset=utf-8"), "S1.eml")).toMatchObject({
    dropped: [expect.stringMatching(/^characters that are none in the encoding that the mail declares: \d$/)],
  });
  expect(await read(mail("text/plain; charset=us-ascii", "\r\nDie Größe ist 3 m.\r\n"), "S1.eml")).toMatchObject({
    text: expect.stringContaining("Die Größe ist 3 m."),
    guessed: ["the encoding of its text, which is UTF-8, and declared as another one"],
  });
});
