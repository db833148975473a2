import { expect, test } from "vitest";
import { paragraph, toDocx } from "../testing/docx-fixture.ts";
import { docxToText } from "./docx-text.ts";

const run = (text: string, properties = ""): string => `<w:r><w:rPr>${properties}</w:rPr><w:t xml:space="preserve">${text}</w:t></w:r>`;
const box = (text: string): string => `<w:txbxContent>${paragraph(text)}</w:txbxContent>`;
const math = (body: string): string => `<w:p>${run("It is ")}<m:oMath>${body}</m:oMath></w:p>`;
const mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"';
const sign = (text: string): string => `<m:r><m:t>${text}</m:t></m:r>`;

test.for([
  [
    "a text box without a form for old programs",
    `<w:p><w:r><mc:AlternateContent ${mc}><mc:Choice Requires="wps"><w:drawing><wps:txbx>${box("Ring twice.")}</wps:txbx></w:drawing></mc:Choice></mc:AlternateContent></w:r></w:p>`,
    "Ring twice.",
  ],
  [
    "a text box with one, once",
    `<w:p><w:r><mc:AlternateContent ${mc}><mc:Choice Requires="wps"><w:drawing>${box("Ring twice.")}</w:drawing></mc:Choice><mc:Fallback><w:pict>${box("Ring twice.")}</w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>`,
    "Ring twice.",
  ],
  ["a simple field", `<w:p>${run("By ")}<w:fldSimple w:instr="AUTHOR">${run("Ida")}</w:fldSimple></w:p>`, "By Ida"],
  [
    "ruby",
    `<w:p><w:r><w:ruby><w:rt>${run("かん")}</w:rt><w:rubyBase>${run("漢")}</w:rubyBase></w:ruby></w:r>${run("字")}</w:p>`,
    "漢(かん)字",
  ],
  ["a power", math(`${sign("a")}<m:sSup><m:e>${sign("r")}</m:e><m:sup>${sign("n+1")}</m:sup></m:sSup>`), "It is ar^(n+1)"],
  ["a fraction", math(`<m:f><m:num>${sign("1")}</m:num><m:den>${sign("n+2")}</m:den></m:f>`), "It is 1/(n+2)"],
  ["a root", math(`<m:rad><m:deg/><m:e>${sign("2")}</m:e></m:rad>`), "It is √(2)"],
  [
    "a sum",
    math(
      `<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr><m:sub>${sign("i")}</m:sub><m:sup>${sign("n")}</m:sup><m:e>${sign("x")}</m:e></m:nary>`,
    ),
    "It is ∑_i^nx",
  ],
  ["inserted text", `<w:p>${run("At ")}<w:ins>${run("nine")}</w:ins></w:p>`, "At nine"],
  ["a content control", `<w:sdt><w:sdtContent>${paragraph("Ida")}</w:sdtContent></w:sdt>`, "Ida"],
] as const)("What a document shows is read: %s", async ([, body, text]) => {
  expect(await docxToText(toDocx(body))).toMatchObject({ text: `${text}\n`, dropped: [] });
});

test.for([
  ["hidden text", `<w:p>${run("At nine.")}${run("At eight.", "<w:vanish/>")}</w:p>`, "struck and hidden text: 9 characters"],
  ["twice struck text", `<w:p>${run("At nine.")}${run("At eight.", "<w:dstrike/>")}</w:p>`, "struck and hidden text: 9 characters"],
  [
    "deleted text",
    `<w:p>${run("At nine.")}<w:del><w:r><w:delText>At eight.</w:delText></w:r></w:del></w:p>`,
    "text that tracked changes delete: 9 characters",
  ],
  [
    "a chart",
    `<w:p>${run("At nine.")}<w:r><w:drawing><c:chart r:id="r1"/></w:drawing></w:r></w:p>`,
    "charts, diagrams and embedded documents: 1",
  ],
  ["another document", `${paragraph("At nine.")}<w:altChunk r:id="r1"/>`, "charts, diagrams and embedded documents: 1"],
] as const)("What a document does not show as text is left out, and said: %s", async ([, body, dropped]) => {
  expect(await docxToText(toDocx(body))).toMatchObject({ text: "At nine.\n", dropped: [dropped] });
});

const style = (id: string, rest: string, type = "paragraph"): string =>
  `<w:style w:type="${type}" w:styleId="${id}"><w:name w:val="${id}"/>${rest}</w:style>`;
const styles = [
  style("heading 2", ""),
  style("Chapter's", `<w:basedOn w:val="heading 2"/>`),
  style("Part", `<w:pPr><w:outlineLvl w:val="0"/></w:pPr>`),
  style("Gone", "<w:rPr><w:vanish/></w:rPr>"),
  style("Kept", `<w:basedOn w:val="Gone"/><w:rPr><w:vanish w:val="0"/></w:rPr>`),
  style("Old", "<w:rPr><w:strike/></w:rPr>", "character"),
  style("Power", `<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>`, "character"),
  style("toc 1", ""),
  style("Loop", `<w:basedOn w:val="Loop"/>`),
].join("");

test("What a document's styles tell of its text is known: headings, contents, powers, what is hidden or struck", async () => {
  const styled = (id: string, text: string): string => `<w:p>${run("It holds 2")}${run(text, `<w:rStyle w:val="${id}"/>`)}</w:p>`;
  const body = [
    paragraph("Desk 3", "toc 1"),
    paragraph("Harbour", "Part"),
    paragraph("Desk", "Chapter's"),
    paragraph("At six.", "Gone"),
    paragraph("At nine.", "Kept"),
    styled("Power", "40"),
    styled("Old", " ids"),
    paragraph("End.", "Loop"),
  ];
  expect(await docxToText(toDocx(body.join(""), styles))).toEqual({
    text: "Desk 3\n\n# Harbour\n\n## Desk\n\nAt nine.\n\nIt holds 2^40\n\nIt holds 2\n\nEnd.\n",
    blocks: [{ from: 0, to: 6, kind: "navigation" }],
    dropped: ["struck and hidden text: 10 characters"],
  });
});
