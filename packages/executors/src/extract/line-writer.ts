import type { SourceBlockKind } from "@tasuki/protocol";
import type { TextBlock } from "./reading.ts";

/** Writer of a text line by line, with the kinds of its lines. What is written between `capture` and `captured` goes into a string of one line instead. */
export interface LineWriter {
  /** Adds to the line: words with single spaces. Spaces at its beginning, and after others, are left out. */
  add(words: string): void;
  /** Adds to the line as it stands, line ends included. */
  addAsIs(text: string): void;
  endLine(): void;
  /** Ends the line, and leaves a blank one. */
  gap(): void;
  /** The last characters of the line, at most 64. */
  tail(): string;
  /** True where nothing was added to the line after its marker. */
  isFresh(): boolean;
  /** Begins a line with the marker of a point: `- `. A line with nothing but that is none. */
  startWith(marker: string): void;
  /** Begins a kind of lines; what is inside of another one is of that. */
  open(kind: SourceBlockKind): void;
  close(): void;
  /** Depth of captures. */
  depth(): number;
  capture(): void;
  captured(): string;
  finish(): { readonly text: string; readonly blocks: readonly TextBlock[] };
}

interface Line {
  /** The line in pieces: a text that grows and is looked at is copied at each look. */
  readonly pieces: string[];
  readonly marker: string | undefined;
  isSpaced: boolean;
}

const tailLength = 64;

export function createLineWriter(): LineWriter {
  const lines: { readonly text: string; readonly kind: SourceBlockKind | undefined }[] = [];
  const kinds: SourceBlockKind[] = [];
  const outer: Line[] = [];
  const fresh = (marker?: string): Line => ({ pieces: [], marker, isSpaced: false });
  let line = fresh();
  const endLine = (): void => {
    if (outer.length > 0) {
      line.isSpaced = line.pieces.length > 0;
      return;
    }
    const text = line.pieces.join("");
    if (text.trim() !== "") lines.push({ text: `${line.marker ?? ""}${text}`.trimEnd(), kind: kinds[0] });
    line = fresh();
  };
  return {
    add(words) {
      const text = words.replace(/^ +| +$/g, "");
      line.isSpaced ||= line.pieces.length > 0 && words.startsWith(" ");
      if (text === "") return;
      line.pieces.push(line.isSpaced ? ` ${text}` : text);
      line.isSpaced = words.endsWith(" ");
    },
    addAsIs(text) {
      if (line.isSpaced) line.pieces.push(" ");
      line.isSpaced = false;
      if (text !== "") line.pieces.push(text);
    },
    endLine,
    gap() {
      endLine();
      if (outer.length === 0 && lines.length > 0 && lines.at(-1)?.text !== "") lines.push({ text: "", kind: undefined });
    },
    tail() {
      let tail = line.isSpaced ? " " : "";
      for (let at = line.pieces.length - 1; at >= 0 && tail.length < tailLength; at -= 1)
        tail = `${line.pieces[at]?.slice(-tailLength)}${tail}`;
      return tail.slice(-tailLength);
    },
    isFresh: () => line.marker !== undefined && line.pieces.length === 0,
    startWith(marker) {
      endLine();
      if (outer.length === 0) line = fresh(marker);
      else line.pieces.push(`${line.isSpaced ? " " : ""}${marker.trimStart()}`);
      if (outer.length > 0) line.isSpaced = false;
    },
    open: (kind) => void kinds.push(kind),
    close: () => void kinds.pop(),
    depth: () => outer.length,
    capture() {
      outer.push(line);
      line = fresh();
    },
    captured() {
      const text = line.pieces
        .join("")
        .replaceAll(/[ \t\n\r\f]+/g, " ")
        .trim();
      line = outer.pop() ?? fresh();
      return text;
    },
    finish() {
      endLine();
      while (lines.at(-1)?.text === "") lines.pop();
      const blocks: TextBlock[] = [];
      let at = 0;
      for (const { text, kind } of lines) {
        if (kind !== undefined && text !== "") blocks.push({ from: at, to: at + text.length, kind });
        at += text.length + 1;
      }
      return { text: `${lines.map(({ text }) => text).join("\n")}\n`, blocks };
    },
  };
}
