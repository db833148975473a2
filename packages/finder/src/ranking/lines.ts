/** Line of a text, without its end. `start` and `end` are UTF-16 positions in the text; `end` is exclusive. */
export interface Line {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Lines, each with the one below it. */
export function* pairsOf(text: string): Generator<{ readonly line: Line; readonly below: Line | undefined }> {
  let line: Line | undefined;
  for (const below of linesOf(text)) {
    if (line !== undefined) yield { line, below };
    line = below;
  }
  if (line !== undefined) yield { line, below: undefined };
}

// Ends of lines of every kind: those of Unix and Windows, of the old Mac, of mainframes (NEL), and Unicode's own.
const lineEnd = /\r\n|[\n\r\u0085\u2028\u2029]/g;

function* linesOf(text: string): Generator<Line> {
  for (let start = 0; start < text.length;) {
    lineEnd.lastIndex = start;
    const found = lineEnd.exec(text);
    const end = found?.index ?? text.length;
    const next = end + (found?.[0].length ?? 0);
    // A form feed begins a page, a byte order mark a file; neither is part of the line.
    let from = start;
    while (from < end && (text.charCodeAt(from) === 12 || text.charCodeAt(from) === 0xfeff)) from += 1;
    yield { start: from, end, text: text.slice(from, end) };
    start = next;
  }
}
