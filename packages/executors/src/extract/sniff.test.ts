import { expect, test } from "vitest";
import { paragraph, toDocx, toZip } from "../testing/docx-fixture.ts";
import { extractSource } from "./extract-source.ts";
import { sniff } from "./sniff.ts";

const ole = (stream: string): Buffer =>
  Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(600), Buffer.from(stream, "utf16le")]);
/** Archive whose first file is not packed, as OpenDocument and EPUB ask of `mimetype`. */
const withType = (type: string): Buffer => {
  const head = Buffer.alloc(30);
  head.write("PK\u0003\u0004");
  head.writeUInt16LE(8, 26);
  return Buffer.concat([head, Buffer.from(`mimetype${type}`), Buffer.from("PK\u0001\u0002")]);
};

test.for([
  ["an RTF document; save it as DOCX or PDF", "{\\rtf1\\ansi A}"],
  ["an RTF document", "\uFEFF\r\n{\\rtf1\\ansi A}"],
  ["an old Word document (DOC); save it as DOCX or PDF", ole("WordDocument")],
  ["an old Excel workbook (XLS); save each of its sheets as CSV", ole("Workbook")],
  ["old PowerPoint slides (PPT); save it as PDF", ole("PowerPoint Document")],
  ["an Outlook message (MSG); save it as .eml", ole("__properties_version1.0")],
  ["an office document with a password; save it without one", ole("EncryptedPackage")],
  ["an Excel workbook (XLSX); save each of its sheets as CSV", toZip({ "xl/workbook.xml": "<x/>" })],
  ["PowerPoint slides (PPTX); save it as PDF", toZip({ "ppt/presentation.xml": "<x/>" })],
  ["an OpenDocument text (ODT); save it as DOCX or PDF", withType("application/vnd.oasis.opendocument.text")],
  ["an OpenDocument table (ODS); save each of its sheets as CSV", withType("application/vnd.oasis.opendocument.spreadsheet")],
  ["a book (EPUB); give its chapters as HTML or PDF", withType("application/epub+zip")],
  ["a ZIP archive; unpack it", toZip({ "a.txt": "word" })],
  ["a PostScript file; save it as PDF", "%!PS-Adobe-3.0\n"],
  ["an encrypted message; decrypt it first", "-----BEGIN PGP MESSAGE-----\n"],
  ["an XML document that is no HTML; these are read: PDF, DOCX, HTML, e-mail", "<?xml version='1.0'?><article>A</article>"],
  ["an XML document that is no HTML", "<svg><text>A</text></svg>"],
  ["a binary file", Buffer.from([1, 0, 2, 0, 255])],
] as const)("What is no document is refused by name, with what to give instead: %s", ([what, bytes]) => {
  expect(sniff(Buffer.from(bytes), "S1.txt")).toMatchObject({ is: "unreadable", reason: expect.stringContaining(`it is ${what}`) });
});

test.for([
  ["mail", "From: a@example.test\nTo: b@example.test\nSubject: A\nDate: today\n\nA", "S1.txt"],
  ["mail", `Received: here\nX-Signed: ${"a".repeat(9000)}\nFrom: a@example.test\nSubject: A\nDate: today\n\nA`, "S1.txt"],
  ["mail", `From: a@example.test\nTo: b@example.test\nSubject: A\nDate: today\nX-Signed: ${"a b\n ".repeat(20_000)}\n\nA`, "S1.txt"],
  ["text", "To: b@example.test\nSubject: A\n\nA letter", "S1.txt"],
  ["text", "From: here\nTo: there\nwe went by train", "S1.txt"],
  ["csv", "a,b\n1,2\n", "S1.csv"],
  ["text", "a,b\n1,2\n", "S1.txt"],
  ["html", "<?xml version='1.0'?><!DOCTYPE html><html><p>A", "S1.txt"],
  ["markdown", "<p>tags within Markdown</p>", "S1.md"],
  ["html", "<p>A part of a page", "S1.html"],
  ["html", "A part of <b>a page", "S1.htm"],
  ["html", "<!-- saved --><table><tr><td>A", "S1.txt"],
  ["text", "A text with 3 < 4 and 5 > 4", "S1.html"],
  ["markdown", "<div align=center>\n\n# A\n\n</div>", "S1.md"],
  ["docx", toDocx(paragraph("A")), "S1.zip"],
  ["docx", toZip({ "word/document2.xml": "<x/>" }), "S1.docx"],
] as const)("A file is %s by its bytes, and among texts by its name", ([is, bytes, name]) => {
  expect(sniff(Buffer.from(bytes), name).is).toBe(is);
});

test("What tracked changes insert is read, and what they delete is said", async () => {
  const changed = `<w:p><w:r><w:t>It lasts </w:t></w:r><w:ins><w:r><w:t>30</w:t></w:r></w:ins><w:del><w:r><w:delText>20</w:delText></w:r></w:del><w:r><w:t> days.</w:t></w:r></w:p>`;
  expect(await extractSource(toDocx(changed), "S1.docx")).toMatchObject({
    text: "It lasts 30 days.\n",
    dropped: ["text that tracked changes delete: 2 characters"],
  });
});
