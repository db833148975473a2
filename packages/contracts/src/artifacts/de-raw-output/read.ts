import { type AnyArtifact, longest, readNumber, readTxtFile, type Report } from "@tasuki/protocol";

export interface RawBlockDraft {
  /** Line of the block's head, `== C1 S2`. */
  readonly line: number;
  readonly candidate: string | undefined;
  readonly source: string | undefined;
  readonly bytes?: unknown;
  readonly lines?: unknown;
  readonly page?: unknown;
  readonly sha256?: string;
  readonly text: string;
}

export interface DeRawOutputDraft {
  readonly run: string | undefined;
  readonly blocks: readonly RawBlockDraft[];
}

export function readDeRawOutput(
  text: string,
  file: { readonly artifact: Pick<AnyArtifact, "name" | "version">; readonly fileName: string; readonly draft: boolean },
): { readonly report: Report; readonly draft: DeRawOutputDraft } {
  const { report, header, lines } = readTxtFile(text, { ...file, keys: ["contract", "run"] });
  const blocks: RawBlockDraft[] = [];
  let head: Omit<RawBlockDraft, "text"> | undefined;
  let passage: string[] = [];
  const close = (): void => {
    if (head && blocks.length <= longest) blocks.push({ ...head, text: passage.join("\n") });
    passage = [];
  };
  for (let at = header.end; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line.startsWith("| ")) passage.push(line.slice(2));
    else if (line === "|" || line === "|\r") passage.push(line.slice(1));
    else if (line.startsWith("==")) {
      close();
      head = readHead(line, at + 1);
      report.at(`blocks.${blocks.length}`, at + 1);
      continue;
    } else if (line.trim() !== "")
      report.add({
        line: at + 1,
        expected: "'== C1 S2' at the start of a block, or '| ' before a line of the passage",
        got: line.trim().slice(0, 120),
        fix: "write '| ' before each line of a passage, and leave anything else out",
      });
    if (!head && line.startsWith("|"))
      report.add({
        line: at + 1,
        expected: "'== C1 S2' before a passage",
        got: line.slice(0, 120),
        fix: "write '== C1 S2' on the line before",
      });
  }
  close();
  return { report, draft: { run: header.fields.get("run")?.[0]?.text, blocks } };
}

function readHead(line: string, number: number): Omit<RawBlockDraft, "text"> {
  const [candidate, source, ...rest] = line.slice(2).trim().split(/\s+/);
  const values = new Map(rest.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]));
  const [bytes, lines, page, sha256] = [values.get("bytes"), values.get("lines"), values.get("page"), values.get("sha256")];
  return {
    line: number,
    candidate,
    source,
    ...(bytes !== undefined && { bytes: readRange(bytes) }),
    ...(lines !== undefined && { lines: readRange(lines) }),
    ...(page !== undefined && { page: readNumber(page) }),
    ...(sha256 !== undefined && { sha256 }),
  };
}

function readRange(text: string): unknown {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  return first === undefined ? text : { first: Number(first), last: Number(last) };
}
