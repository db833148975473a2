import { type Fill, flood, once, type Recipe, type Subject } from "@tasuki/protocol/testing";
import { parse } from "parse5";
import { treeToText } from "../../extract/html-text.ts";
import { sniff } from "../../extract/sniff.ts";

const tags =
  "html head body title h1 h6 p div section ul ol li table tr td th dl dt dd pre br b a span script style template svg math select textarea form";
const tokens = [
  ...tags.split(" ").flatMap((tag) => [`<${tag}>`, `</${tag}>`]),
  ..."a| |\n|\r\n|\t|&nbsp;|&#10;|é|袖|<|>|<!--|-->|<!---->|<?xml a>|<!doctype html>|<a b=c>|- |# ".split("|"),
  "|",
];

/** Extraction of a text as far as it is our own: what a library reads (HTML's and PDF's syntax, DOCX) is bounded by the child's time and memory. */
interface Extraction {
  /** Prepares the extraction of a source: what a library does to it is done before steps are counted. */
  readonly of: (source: string) => () => unknown;
  /** Inputs that were once too slow, or would be without a limit. */
  readonly known: readonly Recipe[];
}

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
      // Links nest only in a picture's code.
      { one: once("<svg>"), two: flood("<a>") },
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

export const subjects: readonly Subject[] = Object.entries(extractions).map(([name, { of, known }]) => ({
  name,
  parts,
  tokens,
  known,
  prepare(fill: Fill) {
    const source = parts.flatMap((part) => [...fill(part)]).join("");
    return { bytes: Buffer.byteLength(source), run: of(source) };
  },
}));
