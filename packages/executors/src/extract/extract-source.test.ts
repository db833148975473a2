import { assert, asyncProperty, constantFrom, string, uint8Array } from "fast-check";
import { expect, test } from "vitest";
import { extractSource } from "./extract-source.ts";
import { paragraph, toDocx, toZip } from "../testing/docx-fixture.ts";
import { encryption, type PdfLine, toPdf } from "../testing/pdf-fixture.ts";

async function textOf(bytes: Uint8Array, name: string): Promise<string> {
  const extraction = await extractSource(bytes, name);
  return "text" in extraction ? extraction.text : `unreadable: ${extraction.unreadable}`;
}

test("Markdown and text stay as they are, byte for byte: line ends, blanks, a byte order mark", async () => {
  const texts = string({ unit: "grapheme" })
    .map((text) => text.replaceAll("\0", "").toWellFormed())
    .filter((text) => text.trim() !== "" && !text.startsWith("%PDF") && !text.trimStart().startsWith("<"));
  await assert(
    asyncProperty(texts, constantFrom("", "\uFEFF", "a\r\nb  \r\n\t"), async (text, before) => {
      const bytes = Buffer.from(before + text);
      expect(Buffer.from(await textOf(bytes, "S1.md"))).toEqual(bytes);
    }),
  );
});

test("The kind is that of the bytes; the name tells Markdown from text only", async () => {
  expect(await extractSource(Buffer.from("# Leases\n"), "S1.md")).toMatchObject({ mediaType: "text/markdown" });
  expect(await extractSource(Buffer.from("# Leases\n"), "S1.pdf")).toMatchObject({ mediaType: "text/plain" });
  expect(await extractSource(Buffer.from("<!doctype html><p>A lease."), "S1.txt")).toMatchObject({
    mediaType: "text/html",
    text: "A lease.\n",
  });
  expect(await extractSource(toPdf([["A lease."]]), "S1.txt")).toMatchObject({ mediaType: "application/pdf", text: "A lease.\n" });
  expect(await extractSource(toDocx(paragraph("A lease.")), "S1.pdf")).toMatchObject({
    mediaType: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    extractor: expect.stringMatching(/^tasuki-docx\//),
    text: "A lease.\n",
  });
});

test("The extractor says its version and the data that it splits words by", async () => {
  expect(await extractSource(Buffer.from("text"), "S1.txt")).toMatchObject({
    extractor: expect.stringMatching(/^tasuki-text\/\d+ icu\/\d+/),
  });
});

test("UTF-16 by its mark, and bytes that are not UTF-8, become text", async () => {
  expect(await textOf(Buffer.from("\uFEFFA lease: 租約", "utf16le"), "S1.txt")).toBe("A lease: 租約");
  expect(await textOf(Buffer.from("\uFEFFA lease", "utf16le").swap16(), "S1.txt")).toBe("A lease");
  expect(await textOf(Buffer.from("Le café coûte 3 €", "latin1"), "S1.txt")).toBe("Le café coûte 3 ¬");
  expect(await textOf(Buffer.from('<meta charset="iso-8859-2"><p>\xb1', "latin1"), "S1.html")).toBe("ą\n");
});

test("HTML becomes headings, paragraphs, lists and rows; scripts and the head go", async () => {
  const html = `<!doctype html><html><head><title>x</title><style>p{}</style></head><body><nav>Menu</nav>
<h1>Leases</h1><p>A lease lasts <b>30</b> seconds
and is renewed.</p><ul><li>first<li><p>second</p></ul><script>let x = "<p>";</script>
<table><tr><th>part<th>time<tr><td>lease<td>30 s</table><pre>
tasuki run
  --wait
</pre><footer>Imprint</footer>`;
  expect(await textOf(Buffer.from(html), "S1.html")).toBe(
    "Menu\n\n# Leases\n\nA lease lasts 30 seconds and is renewed.\n\n- first\n- second\n\npart | time\npart: lease | time: 30 s\n\ntasuki run\n  --wait\n\nImprint\n",
  );
});

test("HTML that nests 100,000 deep is read like any other", { timeout: 20_000 }, async () => {
  expect(await textOf(Buffer.from(`<!doctype html>${"<div>".repeat(100_000)}deep`), "S1.html")).toBe("deep\n");
});

test("A PDF's pages are parted by form feeds, and its running heads are furniture behind the last", async () => {
  const page = (...lines: string[]): readonly PdfLine[] => [{ text: "The Manual", x: 50, y: 750 }, ...lines];
  const pdf = toPdf([page("1.2 Leases", "A lease is renewed every ten seconds."), page("It lasts 30 seconds."), page("The end."), []]);
  const text =
    "### 1.2 Leases\n\nA lease is renewed every ten seconds.\n\f\nIt lasts 30 seconds.\n\f\nThe end.\n\f\n\n\f\nThe Manual\nThe Manual\nThe Manual\n";
  expect(await extractSource(pdf, "S1.pdf")).toMatchObject({
    text,
    blocks: [
      { from: 0, to: 14, kind: "heading" },
      { from: text.indexOf("The Manual"), to: text.length - 1, kind: "furniture" },
    ],
  });
});

test("DOCX becomes headings, paragraphs and rows, as HTML does", async () => {
  const row = (...cells: string[]) => `<w:tr>${cells.map((cell) => `<w:tc>${paragraph(cell)}</w:tc>`).join("")}</w:tr>`;
  const table = `<w:tbl>${row("part", "time")}${row("lease", "30 s")}</w:tbl>`;
  const docx = toDocx(paragraph("Leases", "Heading1") + paragraph("A lease lasts 30 seconds &amp; is renewed: 租約.") + table);
  expect(await textOf(docx, "S1.docx")).toMatch(
    /^# Leases\n\nA lease lasts 30 seconds & is renewed: 租約\.\n\npart \| time\n+lease \| 30 s\n$/,
  );
});

test("What can't be read says why, and what to give instead", async () => {
  const pdf = toPdf([["A lease."]]);
  expect(await textOf(pdf.subarray(0, 60), "S1.pdf")).toMatch(/^unreadable: the PDF can't be read: /);
  expect(await textOf(Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(5000, 7)]), "S1.pdf")).toMatch(
    /^unreadable: the PDF can't be read: /,
  );
  expect(await textOf(toPdf([["A lease."]], { trailer: encryption }), "S1.pdf")).toBe(
    "unreadable: the PDF is encrypted and needs a password; give it without one",
  );
  expect(await textOf(toPdf([[], []]), "S1.pdf")).toBe(
    "unreadable: the PDF has 2 pages and no text layer (a scan?); run it through OCR first",
  );
  expect(await textOf(Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), "S1.docx")).toBe(
    "unreadable: it is a ZIP archive; unpack it, and give its files",
  );
  expect(await textOf(toZip({ "xl/workbook.xml": "<x/>" }), "S1.docx")).toBe(
    "unreadable: it is an Excel workbook (XLSX); save each of its sheets as CSV, and give those",
  );
  const docx = toDocx(paragraph("A lease."));
  expect(await textOf(docx.subarray(0, -60), "S1.docx")).toMatch(/^unreadable: the DOCX can't be read: /);
  expect(await textOf(toDocx("<w:p>"), "S1.docx")).toMatch(/^unreadable: /);
  expect(await textOf(toDocx(""), "S1.docx")).toBe("unreadable: there is no text in it");
  expect(await textOf(toDocx(paragraph(" ".repeat(65 * 1024 * 1024))), "S1.docx")).toMatch(
    /^unreadable: the DOCX unpacks to \d+ bytes, and at most 67108864 are read$/,
  );
  expect(await textOf(Buffer.from([1, 0, 2, 0, 255]), "S1.txt")).toMatch(/^unreadable: it is a binary file; these are read: PDF, /);
  expect(await textOf(Buffer.from(" \n\f\n"), "S1.md")).toBe("unreadable: there is no text in it");
  expect(await textOf(Buffer.alloc(0), "S1.md")).toBe("unreadable: there is no text in it");
});

test("Any bytes become well-formed text or a reason", async () => {
  const starts = [
    "",
    "%PDF-1.4\n",
    "PK\u0003\u0004word/document.xml",
    "<!doctype html>",
    "<html><body><table>",
    "\xff\xfe",
    "\xfe\xff",
  ].map((start) => Buffer.from(start, "latin1"));
  await assert(
    asyncProperty(constantFrom(...starts), uint8Array({ maxLength: 400 }), async (start, rest) => {
      const extraction = await extractSource(Buffer.concat([start, rest]), "S1.bin");
      expect("text" in extraction ? extraction.text.isWellFormed() && extraction.text.trim() !== "" : extraction.unreadable !== "").toBe(
        true,
      );
    }),
    { numRuns: 200 },
  );
});
