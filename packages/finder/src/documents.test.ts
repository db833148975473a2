// Questions over documents as people have them: from the bytes of a file to the text for its reader.
import { extractSource } from "@tasuki/executors/testing";
import type { JpFinal } from "@tasuki/contracts/artifacts/jp-final";
import { expect, test } from "vitest";
import { relayInProcess } from "./testing/index.ts";

async function ask(question: string, file: string | Uint8Array, name: string): Promise<JpFinal> {
  const found = await extractSource(typeof file === "string" ? Buffer.from(file) : file, name);
  const { blocks, dropped } = "text" in found ? found : {};
  const source =
    "text" in found ? { text: found.text, ...(blocks && { blocks }), ...(dropped && { dropped }) } : { unreadable: found.unreadable };
  const { documents, unmet } = await relayInProcess(`${question}\n`, [source]);
  expect(unmet).toEqual([]);
  const final = documents["jp-final"]?.[0]?.value as JpFinal | undefined;
  if (final === undefined) throw new Error("a run without unmet rules has a final text");
  return final;
}

const answerOf = ({ sections }: JpFinal): string => sections.map(({ text }) => text).join("\n");

const plans = ["Bronze", "Silver", "Gold"].map((plan, at) => `<tr><td><p>${plan}</p><td><p>${20 * 10 ** at} GB</p>`).join("");
const depots = [
  ["Depot", "Staff"],
  ["---", "---"],
  ["Bern", "100"],
  ["Cork", "584"],
  ["Graz", "298"],
];
const faq = `# Questions and answers

- [How do I change the port?](#port)
- [How long is a token valid?](#token)

## How do I change the port?

Set \`listen\` in the file, then restart the service.

## How long is a token valid?

Twelve hours. After that it is renewed by itself.
`;
const matter = `---
title: What is the retention period?
description: Answers what the retention period of audit records is.
---
<!-- TODO: what is the retention period of audit records? 99 years -->

- [What is the retention period of audit records?](#retention)

[retention]: https://example.test/ "What is the retention period of audit records?"

## Retention

Audit records are kept for six years.

## Readers

Only auditors may read them.
`;
const guide = `<!doctype html><table><tr><td><a href=a>&lt;&lt;</a><td><a href=i>Up</a><td>Harbour handbook<td>Where the name comes from<td><a href=b>&gt;&gt;</a></table>
<h1>Questions about the harbour</h1><dl><dt>1.1. <a href="#n">Where does the name of the harbour come from?</a><dt>1.2. <a href="#d">How deep is the basin?</a></dl>
<table><tr><td><b>1.1.</b><td><b>Where does the name of the harbour come from?</b><tr><td><td><p>From an old word for heron. Fishermen saw one on the first pile.</p>
<tr><td><b>1.2.</b><td><b>How deep is the basin?</b><tr><td><td><p>Nine metres at low water.</p></table>`;
const plainFaq = `QUESTIONS AND ANSWERS

1. How long is a token valid?
2. Where are the log files?

1. How long is a token valid?

Twelve hours.

2. Where are the log files?

In \`/var/log/relay\`, one a day.
`;
const tiers = ["one", "two"]
  .map(
    (tier, at) =>
      `## Tier ${tier}\n\nRequests of tier ${tier} are answered within ${["two", "nine"][at]} hours. For all rules, see the handbook.\n`,
  )
  .join("\n");
const nested =
  "# Guide\n\n## Samples\n\n````md\n```sh\nrelayctl start\n```\n\n## Not a heading\n````\n\n## Retention\n\nPages are kept for seven years after their last change.\n";

test.for([
  [
    "How many identifiers does the space hold?",
    "<!doctype html><h1>Ids</h1><p>The space holds 2<sup>40</sup> identifiers.",
    "S1.html",
    /2\^40/,
  ],
  [
    "What storage has the Gold plan?",
    `<!doctype html><h1>Plans</h1><table><tr><th>Plan<th>Storage${plans}</table>`,
    "S1.html",
    /Plan: Gold \| Storage: 2000 GB/,
  ],
  [
    "How long is a token valid?",
    "# Help\n\n<details>\n<summary>How long is a token valid?</summary>\n\nTwelve hours.\n\n</details>\n<details><summary><b>Where are the logs?</b></summary>\n\nBelow.\n</details>\n",
    "S1.md",
    /^Twelve hours\. \[C1\]$/,
  ],
  [
    "Where are the log files?",
    "<!doctype html><h1>Help</h1><details><summary>Log files</summary>In /var/log.</details><details><summary>Keys</summary>With the porter.</details>",
    "S1.html",
    /^In \/var\/log\. \[C1\]$/,
  ],
  [
    "How long is a token valid?",
    "<!doctype html><h1>Help</h1><dl><dt>How long is a token valid?<dd>Twelve hours.<dt>Who renews it?<dd>Nobody.</dl>",
    "S1.html",
    /^Twelve hours\. \[C1\]$/,
  ],
  [
    "When does the desk open?",
    "+++\ntitle = 'When does the desk open?'\n+++\n\n# Desk\n\n~~The desk opens at six.~~\n\n<p hidden>The desk opens at five.</p>\n\nThe desk opens at nine.\n",
    "S1.md",
    /^The desk opens at nine\. \[C1\]$/,
  ],
  ["What is the phone number of the harbour office?", "# Contact\n\nHarbour office\nQuay 3\nPhone: 555-0117\n", "S1.md", /555-0117/],
  // The rows of other plans, whose columns have the same names, answer nothing.
  [
    "How many staff has the depot Graz?",
    "depot,staff\n" + ["Bern,100", "Cork,584", "Graz,298"].join("\n"),
    "S1.csv",
    /^depot: Graz \| staff: 298 \[C1\]$/,
  ],
  [
    "How many staff has Graz?",
    `# Depots\n\n${depots.map((row) => `${row.join(" | ")}\n`).join("")}`,
    "S1.md",
    /^Depot: Graz \| Staff: 298 \[C1\]$/,
  ],
  [
    "How many staff has Graz?",
    `# Depots\n\n${depots.map((row) => `| ${row.join(" | ")} |\n`).join("")}`,
    "S1.md",
    /^Depot: Graz \| Staff: 298 \[C1\]$/,
  ],
  [
    "How do I scan?",
    "# Scanning\n\n1. Open it.\n2. Press Scan.\n\n## Notes\n\nGloves are worn by all who scan.\n",
    "S1.md",
    /^1\. Open it\. \[C1\]\n2\. Press Scan/,
  ],
  ["開館時間は何時ですか？", "# 図書館\n\n開館（かいかん）時間は午前九時です。\n", "S1.md", /午前九時/],
  ["What is the peer-to-peer port?", "# Net\n\nThe peer\u2011to\u2011peer port is 4711.\n", "S1.md", /4711/],
  [
    "When does the desk open?",
    "<!doctype html><h1>Desk</h1><p hidden>The desk opens at 06:00.<p>The desk opens at 09:00.",
    "S1.html",
    /^(?!.*06:00).*09:00/s,
  ],
  [
    "Wann beginnt die Datensicherung?",
    "<!doctype html><meta charset=utf-8><h1>Buch</h1><p>Die Daten&shy;siche&shy;rung beginnt um 02:30 Uhr.",
    "S1.html",
    /02:30/,
  ],
  [
    "How many staff has the depot Graz?",
    "depot,country,staff\nCork,Ireland,584\nGraz,Austria,298\n",
    "S1.csv",
    /^- depot: Graz \| country: Austria \| staff: 298/m,
  ],
  ["How long is a token valid?", faq, "S1.md", /Twelve hours/],
  ["What is the retention period of audit records?", matter, "S1.md", /^(?!.*(?:99|Answers|example\.test)).*six years/s],
  [
    "Where does the name of the harbour come from?",
    guide,
    "S1.html",
    // A text under a question of its own is no answer to another one, though the chapter above both has its words.
    /^From an old word for heron\. \[C1\] Fishermen saw one on the first pile\. \[C1\]$/,
  ],
  [
    "What is the pressure of the valve?",
    "# Pressure of the valve\n\n## Values\n\n3.5 bar in winter.\n\n## Care\n\nOil the valve once a month.\n",
    "S1.md",
    /3\.5 bar in winter/,
  ],
  // Reports, plans and offices are written by one pattern: the one that is named is asked for.
  [
    "What was the revenue in March?",
    ["January", "February", "March"]
      .map((month, at) => `# Report for ${month}\n\nRevenue: ${412 + 20 * at} thousand euros\nStaff on the last day: ${31 + at}\n\n`)
      .join(""),
    "S1.md",
    /^(?!.*4[13]2)Revenue: 452 thousand euros/s,
  ],
  [
    "When does the office in Kiel open?",
    "# Offices\n\nThe office in Bern opens at eight in the morning.\n\nThe office in Kiel opens at nine in the morning.\n\nThe office in Graz opens at ten in the morning.\n",
    "S1.md",
    /^The office in Kiel opens at nine in the morning\. \[C1\]$/,
  ],
  // A sentence about the same thing, or about all things of a kind, is told as well: it may be another answer.
  [
    "How long does a lease of a node last?",
    "# Leases\n\nA lease of a node lasts 30 days.\n\n# Rules\n\nA lease lasts 60 days.\n",
    "S1.md",
    /30 days.*60 days/s,
  ],
  ["How deep is the basin?", guide, "S1.html", /^Nine metres at low water\. \[C1\]/],
  ["How long are pages kept?", nested, "S1.md", /seven years/],
  [
    "How do I scan a page?",
    "# Scanning a page\n\n1. Place the book on the glass.\n2. Press **Scan**.\n3. Close the lid slowly.\n4. Press **Send**. The lamp turns green.\n",
    "S1.md",
    /^1\. Place the book on the glass\. \[C1\]\n2\. Press \*\*Scan\*\*\. \[C1\]\n3\. .*\n4\. Press \*\*Send\*\*\. \[C1\] The lamp turns green\. \[C1\]$/,
  ],
  [
    "Please explain how to calibrate the scanner.",
    "# Scanner\n\n## Calibration\n\nThe scanner is calibrated with the white card.\n",
    "S1.md",
    /white card/,
  ],
  [
    "図書館はいつ開いていますか。",
    "# 案内\n\n図書館は月曜日を除き、午前九時に開館します。\n\n貸出は一人五冊までです。\n",
    "S1.md",
    /^図書館は月曜日を除き、午前九時に開館します。 \[C1\]$/,
  ],
  ["食堂は何時に閉まりますか。", "# 案内\n\n食堂は午後七時に閉店します。\n", "S1.md", /七時/],
  ["開館時間を教えてください。", "# 図書館\n\n開館時間は午前九時から午後六時までです。\n", "S1.md", /午前九時/],
  ["How many days is a lease?", "# Leases\n\nA lease is renewed[^1].\n\n[^1]: A lease is of 30 days.\n", "S1.md", /30 days/],
  [
    "How long does the archive keep a backup?",
    "# Backups of the archive\n\nThe archive keeps a backup for 30 days.[^1] A restore takes two hours.[^2]\n\n[^1]: Logs are kept for 7 days.\n[^2]: On the old machine.\n",
    "S1.md",
    /^The archive keeps a backup for 30 days\.\[\^1\] \[C1\] A restore takes two hours\.\[\^2\] \[C1\]$/,
  ],
  [
    "How long are logs kept?",
    "<!doctype html><h1>Backups</h1><p>Backups are kept for 30 days.<sup>1</sup> They are encrypted.<sup>2</sup><hr><p><sup>1</sup> Logs are kept for 7 days.<p><sup>2</sup> Logs too.",
    "S1.html",
    /^\[1\] Logs are kept for 7 days\. \[C\d\]$/m,
  ],
  // One word of the question that stands nowhere is no reason to find nothing, in a document of one page too.
  [
    "At which pressure does the valve open?",
    "# Boiler\n\nThe valve opens at 3.5 bar.\n",
    "S1.md",
    /^The valve opens at 3\.5 bar\. \[C1\]$/,
  ],
  [
    "À quelle heure l'accueil ouvre-t-il ?",
    "# Musée\n\nL'accueil ouvre à 9 h.\n\nLe guide part en mai.\n",
    "S1.md",
    /^L'accueil ouvre à 9 h\. \[C1\]$/,
  ],
  ["阅览室几点关门？", "# 须知\n\n阅览室每天上午九点开放，晚上八点关闭。\n", "S1.md", /晚上八点关闭/],
  ["会議室は何人まで使えますか。", "# 利用\n\n会議室の定員は十二名です。\n", "S1.md", /十二名/],
  [
    "Quando scade la tessera?",
    "# Tessera\n\nLa tessera scade il 31 dic. 2026. Il duplicato costa 4 euro.\n",
    "S1.md",
    /scade il 31 dic\. 2026\. \[C1\]/,
  ],
  [
    "How do I change the filter?",
    "# Pump\n\n## Changing the filter\n\n1. Switch off the pump.\n2. Take out the old one.\n3. Put in a new one.\n\nThe filter costs 12 euros.\n",
    "S1.md",
    /^1\. Switch off the pump\. .*Put in a new one\. \[C1\](?!.*best answer)/s,
  ],
  [
    "How do I return a book?",
    "# FAQ\n\n## How do I return a book?\n\nPut it into the grey box by the door.\n\n## How do I return a book? (branch)\n\nHand it in.\n",
    "S1.md",
    /^Put it into the grey box(?!.*best answer)/s,
  ],
  [
    "What does the option --dry do?",
    "<!doctype html><h1>Options</h1><dl><dt>--port N<dd>Port to listen on. The default is 8080.<dt>--dry<dd>Says what would be done.</dl>",
    "S1.html",
    /^--dry Says what would be done\. \[C1\]$/m,
  ],
  ["How long is a token valid?", plainFaq, "S1.txt", /^Twelve hours\. \[C1\]/],
  ["Where are the log files?", plainFaq, "S1.txt", /^In `\/var\/log\/relay`, one a day\. \[C1\]/],
  [
    "How long is a pass valid?",
    "# Passes\n\n## How long is a pass valid?\n\nOne year.\n\n## Who issues a pass?\n\nThe porter.\n",
    "S1.md",
    /^One year\. \[C1\]/,
  ],
  ["How fast are requests of tier two answered?", tiers, "S1.md", /^Requests of tier two are answered within nine hours\. \[C1\]/],
] as const)("%s", async ([question, file, name, answer]) => {
  expect(answerOf(await ask(question, file, name))).toMatch(answer);
});

test("Passages stand in the order of their source, and a line says which is the best answer where that is not the first", async () => {
  const text =
    "# Hours\n\nA bell rings in the hall when the front desk opens.\n\nOn working days the front desk opens at 8:00.\n\nOn holidays the front desk stays closed.\n";
  expect(answerOf(await ask("When does the front desk open on working days?", text, "S1.md"))).toMatch(
    /^A bell rings .*\[C\d\]\n\nThe best answer:\n\nOn working days the front desk opens at 8:00\. \[C1\]/,
  );
  expect(answerOf(await ask("When does the bell ring in the hall?", text, "S1.md"))).toMatch(/^A bell rings (?!.*best answer)/s);
});

test("A gap says what the closest passage says nothing of, in the words of the question", async () => {
  const reasonOf = async (question: string, text: string): Promise<string | undefined> =>
    (await ask(question, text, "S1.md")).acceptance.gaps[0]?.reason;
  const desk = "# Desk\n\nThe front desk opens at 8:00.\n";
  expect(await reasonOf("What does a Passport for Liechtenstein cost at the desk?", desk)).toBe(
    "the closest passage says nothing of “Passport”, “Liechtenstein” and “cost”",
  );
  expect(await reasonOf("食堂の夜間の料金はいくらですか？", "# 食堂\n\n食堂は平日の昼だけ営業しています。\n")).toMatch(
    /says nothing of “夜間” and “料金”/,
  );
});

test.each([
  [
    "questions of a list",
    "- The budget is open.\n- Is the retention period of audit records too long for the clerks, the budget, and the archive of the whole year?\n- The dates are open.\n\nAudit records: a retention period of six years.\n",
  ],
  ["what nano collected, and a Markdown text that was not told to be one", matter],
  [
    "pages of a plain text",
    [1, 2, 3]
      .map(
        (page) => `Retention of audit records\n\n${page === 2 ? "Audit records are kept for six years." : "Other text."}\n\nPage ${page}\n`,
      )
      .join("\f"),
  ],
])("Furniture is known by its text alone: %s", async (_, text) => {
  const { documents } = await relayInProcess("What is the retention period of audit records?\n", [{ text }]);
  const raw = documents["de-raw-output"]?.[0]?.text ?? "";
  expect(raw).toContain("six years");
  expect(raw).not.toMatch(/example\.test|99 years|title:|Who is asked|Is the|Retention of audit records|Page \d/);
});

test("Two versions of a fact stand below their headings, and one fact below none", async () => {
  const notes = (one: string, other: string): string =>
    `# Notes\n\n## ${one}\n\nThe default timeout is 30 seconds.\n\n## ${other}\n\nThe default timeout is 45 seconds.\n\nLogs are kept for a week.\n`;
  const asked = (one: string, other: string) => ask("What is the default timeout?", notes(one, other), "S1.md").then(answerOf);
  expect(await asked("Version 2", "Version 3")).toBe(
    "Under Version 2:\n\nThe default timeout is 30 seconds. [C1]\n\nUnder Version 3:\n\nThe default timeout is 45 seconds. [C2]",
  );
  // A heading that would read as more than a name is left out.
  expect(await asked("1. In “old” ones", "In 2.1. It is new [C9]")).not.toContain("Under");
  expect(await ask("How long are logs kept?", notes("Version 2", "Version 3"), "S1.md").then(answerOf)).not.toContain("Under");
});

test("A number is answered by that number, and not by a decimal that it is a part of", async () => {
  const racks = "| | | |\n|---|---|---|\n| Rack 1 | 12 servers | 4.2 kW |\n| Rack 2 | 9 servers | 3.1 kW |\n";
  expect(await ask("How many servers are in rack 2?", racks, "S1.md").then(answerOf)).toBe("- Rack 2 | 9 servers | 3.1 kW [C1]");
});

test.each([
  ["Town museum of Ayr\n\nIt is closed on Mondays, and opens at ten on other days.\n", "Who is the mayor of Ayr?"],
  ["在宅勤務規程\n\n勤務は九時に始まる。\n昼の休みは一時間である。\n", "在宅勤務の規程を定めた人は誰ですか。"],
])("The title of a plain text answers nothing: %j", async (text, question) => {
  const { sections } = await ask(question, text, "S1.txt");
  expect(sections[0]?.text).not.toContain(text.split("\n", 1)[0]);
});

test("A line that stands alone is an answer where it is no title", async () => {
  const final = await ask("What are the opening hours?", "Opening hours\n\nTwelve hours.\n", "S1.txt");
  expect(answerOf(final)).toBe("Twelve hours. [C1]");
  expect(final.acceptance.checks.map(({ detail }) => detail)).toEqual(["1 sentence", "1 item", "1 of 1 answered"]);
});

// guarantees: R7.read
test("A text that lacks what its source has is a declared gap, beside what is not found", async () => {
  const { acceptance } = await ask(
    "Who may enter the archive?",
    "<!doctype html><p>The desk opens at nine.<p hidden>Only the auditors.",
    "S1.html",
  );
  expect(acceptance.gaps.map(({ question }) => question)).toEqual(["Q1 (Who may enter the archive?)", "S1 (source 1)"]);
  expect(acceptance.gaps[1]?.reason).toMatch(/was not read whole: its text leaves out hidden text: 18 characters$/);
});

test("A document that is not read is a gap that says what it is and what to give instead", async () => {
  const { acceptance } = await ask("When does the backup begin?", "{\\rtf1\\ansi The backup begins at 02:30.}", "S1.rtf");
  expect(acceptance.gaps.find(({ question }) => question.startsWith("S1"))?.reason).toMatch(
    /it is an RTF document; save it as DOCX or PDF/,
  );
});

test.for(["\n", "\r\n", "\r", "\u0085", "\u2028"])("A text whose lines end by %j is a text in lines", async (end) => {
  const lines = [
    "# Desk",
    "",
    "The desk opens at nine.",
    "",
    "## Archive",
    "",
    "Only auditors enter the archive.",
    "",
    "The porter has keys.",
  ];
  expect(answerOf(await ask("Who may enter the archive?", lines.join(end), "S1.md"))).toMatch(/^Only auditors enter the archive\. \[C1\]/);
});

test("Combining marks and full-width digits match what is the same text, and stay in quotations", async () => {
  const text = "Die Gro\u0308\u00DFe der Sicherung betr\u00E4gt ４０ Gigabyte.\n\nDer Schlu\u0308ssel wird oft gea\u0308ndert.\n";
  expect(answerOf(await ask("Wie ist die Größe der Sicherung?", text, "S1.txt"))).toContain(
    "Die Gro\u0308\u00DFe der Sicherung betr\u00E4gt ４０",
  );
});
