import { type Arbitrary, array, constantFrom, integer, oneof, string } from "fast-check";

// Characters that the formats give a meaning to, so that values try to break out of their place.
const marks = [
  "|",
  "\\",
  "&",
  "#",
  ";",
  ":",
  "*",
  "-",
  "`",
  '"',
  "[",
  "]",
  ",",
  "—",
  " ",
  "\t",
  "\u00a0",
  "\u2028",
  "\f",
  "1",
  "C",
  "é",
  "袖",
  "🏃",
  "&#32;",
];

const words = ["None.", "none", "---", "- x", "# x", "| --- |", "sha256=", "\\|", "&#124;", "***", "key: value"];
const lines = ["", "\r", "# x", "## y", "\\# z", "\\", "| a", "---"];

/** Characters of Unicode but surrogates and NUL, most of them in the first 256. fast-check's own `binary` would take a second to make. */
export const anyCharacter: Arbitrary<string> = oneof(
  { weight: 3, arbitrary: integer({ min: 1, max: 0xff }) },
  integer({ min: 0x100, max: 0xd7ff }),
  integer({ min: 0xe000, max: 0x10ffff }),
).map((point) => String.fromCodePoint(point));

/** Texts of one line and of several. Among them are words and lines that a format gives a meaning to: those of every format, and the given ones. */
export function arbitraryText(own: { readonly words: readonly string[]; readonly lines: readonly string[] }): {
  readonly line: Arbitrary<string>;
  readonly text: Arbitrary<string>;
} {
  const hostile = oneof(
    constantFrom(...words, ...own.words),
    array(constantFrom(...marks), { maxLength: 12 }).map((characters) => characters.join("")),
    string({ unit: anyCharacter, maxLength: 20 }),
    string({ maxLength: 20 }),
  );
  const line = hostile.map((text) => text.replaceAll(/[\r\n\0]/g, "."));
  const text = array(oneof(hostile, constantFrom(...lines, ...own.lines)), { maxLength: 6 }).map((all) =>
    all.join("\n").replaceAll("\0", "."),
  );
  return { line, text };
}

/** Texts of one line (`line`) and of several (`text`), with the words and lines of every format. */
export const { line, text } = arbitraryText({ words: [], lines: [] });
