import { type Fill, flood, once, type Recipe, type Subject } from "@tasuki/protocol/testing";
import { parse } from "parse5";
import { rewriteDocx } from "../../extract/docx-rewrite.ts";
import { treeToText } from "../../extract/html-text.ts";
import { partColumns } from "../../extract/pdf-columns.ts";
import { composePages } from "../../extract/pdf-compose.ts";
import { findFurniture } from "../../extract/pdf-furniture.ts";
import { linesOf } from "../../extract/pdf-lines.ts";
import { sniff } from "../../extract/sniff.ts";

const tags =
  "html head body title h1 h6 p div section ul ol li table tr td th dl dt dd pre br b a span script style template svg math select textarea form";
const ofHtml = [
  ...tags.split(" ").flatMap((tag) => [`<${tag}>`, `</${tag}>`]),
  ..."a| |\n|\r\n|\t|&nbsp;|&#10;|é|袖|<|>|<!--|-->|<!---->|<?xml a>|<!doctype html>|<a b=c>|- |# ".split("|"),
  "|",
];

/** Extraction of a text as far as it is our own: what a library reads (HTML's and PDF's syntax, DOCX) is bounded by the child's time and memory. */
interface Extraction {
  /** Prepares the extraction of a source: what a library does to it is done before steps are counted. */
  readonly of: (source: string) => () => unknown;
  /** Bytes that a token of a source stands for, where it is no text of a file. */
  readonly bytesPerToken?: number;
  /** Inputs that were once too slow, or would be without a limit. */
  readonly known: readonly Recipe[];
  /** Tokens of its sources, where they are not HTML's. */
  readonly tokens?: readonly string[];
}

type TextItems = Parameters<typeof linesOf>[0]["items"];

/**
 * Items of pages as pdf.js gives them. In a source a word is an item, a line end begins a line, a tab leaves a wide space, `|` begins a column on the right,
 * `#` changes the size of the type, `^` is a raised number, and a form feed begins a page.
 */
function itemsOf(source: string): readonly TextItems[] {
  const pages: TextItems[] = [[]];
  let [x, y, size] = [50, 700, 10];
  for (const [token] of source.matchAll(/[\w.\u00AD-]+|./gsu)) {
    if (token === "\f") pages.push([]);
    if (token === "\n" || token === "\f") [x, y] = [50, y - 14];
    else if (token === "\t") x += 60;
    else if (token === "|") [x, y] = [x + 150, 700];
    else if (token === "#") size = size === 10 ? 16 : 10;
    else {
      const isRaised = token === "^";
      const transform = isRaised ? [6, 0, 0, 6, x, y + 5] : [size, 0, 0, size, x, y];
      const width = (token.length * size) / 2;
      pages.at(-1)?.push({ str: isRaised ? "3" : token, dir: "ltr", transform, width, height: size, fontName: "f", hasEOL: false });
      x += width;
    }
  }
  return pages;
}

const ofDocx =
  "w:p w:r w:t w:delText w:fldSimple w:ruby w:rt w:rubyBase w:txbxContent mc:AlternateContent mc:Choice mc:Fallback m:oMath m:e m:sup m:d m:t"
    .split(" ")
    .flatMap((tag) => [`<${tag}>`, `</${tag}>`]);

const view = [1, 0, 0, -1, 0, 792];

const extractions: Readonly<Record<string, Extraction>> = {
  "text of an HTML page": {
    of: (html) => {
      const page = parse(html, { scriptingEnabled: false });
      return () => treeToText(page);
    },
    known: [
      // One long line, looked at again at each cell; elements within each other; many lines in one element.
      { one: once("<table><tr>"), two: flood("<td>a") },
      { one: once("<table><tr><td>a"), two: flood("<td>") },
      { one: flood("<div>"), two: flood("</div>") },
      { one: flood("<li><p>") },
      { one: once("<pre>"), two: flood("a\r\n") },
      { one: flood("a ") },
      { one: flood("<h1>a") },
      // A style sheet without braces, or with comments that nothing ends.
      { one: once("<style>"), two: flood("a ") },
      { one: once("<style>"), two: flood("/*") },
      // Rules that each element is held against, with parts that are looked for in all elements around it; and spans of tables by style.
      { one: once("<style>"), two: flood("a .b{display:none}"), three: flood("<a class=b>x") },
      { one: once("<style>"), two: flood("div ~ p{display:none}"), three: flood("<p>x") },
      { one: once("<style>div{display:flex}</style>"), two: flood("<div><span>a</span>") },
      { one: flood("<div role=table><div role=row><span role=cell>a") },
      { one: once("<dl>"), two: flood("<dt>a?<dd>b") },
      { one: flood("1<sup>1</sup>/<sub>2</sub>") },
      // Links nest only in a picture's code.
      { one: once("<svg>"), two: flood("<a>") },
    ],
  },
  "text of a PDF's pages": {
    of: (source) => {
      const items = itemsOf(source);
      return () => {
        const pages = items.map((some, at) => {
          const { lines, untold } = linesOf({ items: some, styles: {} }, view);
          return { lines: partColumns(lines), untold, number: at + 1, height: 792, comments: [] };
        });
        return composePages(pages, findFurniture(pages));
      };
    },
    // The shortest operators that show a text somewhere: `(a)'`.
    bytesPerToken: 5,
    tokens: ["a", "Ab", "ab-", "\u00AD", "1", "12", "iv", "1.2", "....", " ", "\0", "\n", "\t", "|", "#", "^", "\f", "。", "•"],
    known: [
      // Cells beside each other, lines below each other that may be one, and pages with a head that counts.
      { one: flood("a\tb\n") },
      { one: flood("a\n") },
      { one: flood("a|") },
      { one: flood("a\t") },
      { one: flood("a\n\n1\f") },
      { one: flood("ab-\n") },
      { one: once("a\n"), two: flood("\tb\n") },
      { one: flood("a....1\n") },
    ],
  },
  "parts of a DOCX": {
    of: (xml) => () => rewriteDocx(xml, { deleted: 0, embedded: 0 }),
    tokens: [...ofDocx, "<w:vanish/>", '<m:chr m:val="x"/>', "<", ">", '"', "a", " "],
    known: [
      // Elements within each other, each of which is made anew, and tags that nothing ends.
      { one: flood("<m:oMath><m:e>") },
      { one: flood("<m:oMath>"), two: flood("</m:oMath>") },
      { one: once("<m:oMath><m:sup>"), two: flood("<m:t>a"), three: once("</m:sup></m:oMath>") },
      { one: flood("<mc:AlternateContent><mc:Choice><w:txbxContent>a") },
      { one: flood("<") },
      { one: flood("<a ") },
    ],
  },
  "kind of a file": {
    of: (source) => {
      const bytes = Buffer.from(source);
      return () => sniff(bytes, "S1.md");
    },
    known: [{ one: flood("<!---->") }, { one: flood("<!--") }, { one: flood("<?xml ") }, { one: flood(" ") }, { one: flood("<") }],
  },
};

const parts = ["one", "two", "three"];

export const subjects: readonly Subject[] = Object.entries(extractions).map(
  ([name, { of, known, tokens = ofHtml, bytesPerToken = 1 }]) => ({
    name,
    parts,
    tokens,
    known,
    prepare(fill: Fill) {
      const source = parts.flatMap((part) => [...fill(part)]).join("");
      return { bytes: Buffer.byteLength(source) * bytesPerToken, run: of(source) };
    },
  }),
);
