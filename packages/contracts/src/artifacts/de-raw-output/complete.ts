import { type CompletionContext, type Contract, judge, type Parsed, sha256Of, type Unmet } from "@tasuki/protocol";
import { createLookups, findText, type Lookups } from "../../text/find-text.ts";
import { indexText, type TextIndex } from "../../text/text-index.ts";
import { textsOf } from "../documents.ts";
import type { DeRawOutput } from "./de-raw-output.ts";
import { type RawBlockDraft, readDeRawOutput } from "./read.ts";
import { formatDeRawOutput } from "./write.ts";

// Limit of what is read to find passages: a thousand of them, each looked for in all sources.
const readsPerByte = 1000;
// Limit of the places that a fault names.
const mostShown = 10;

/** Completes raw blocks: each passage is found in its source, which gives its bytes, lines, page and digest. */
export function completeDeRawOutput(text: string, contract: Contract<DeRawOutput>, context: CompletionContext): Parsed<string> {
  if (contract.read(text, contract.file).ok) return { ok: true, value: text };
  const { report, draft } = readDeRawOutput(text, { artifact: contract, fileName: contract.file, draft: true });
  const sources = textsOf(context.documents);
  const indexes = new Map<string, TextIndex>();
  const size = [...sources.values()].reduce((sum, { size }) => sum + size, text.length);
  const lookups = createLookups(readsPerByte * size);
  const blocks = draft.blocks.map((block) => {
    const { candidate, source = "", text } = block;
    const document = sources.get(source);
    // These ranges stand for nothing. They spare an author a second report of a passage that is reported already.
    const computed = { candidate, source, bytes: { first: 0, last: 0 }, lines: { first: 1, last: 1 }, sha256: sha256Of(text), text };
    if (text === "") return computed;
    if (!document) {
      report.add({
        line: block.line,
        expected: `a source that is there: ${[...sources.keys()].slice(0, 50).join(", ") || "none"}`,
        got: source || "nothing",
        fix: "begin the block with '== C1 S1'",
      });
      return computed;
    }
    const index = indexes.get(source) ?? indexText(document.text);
    indexes.set(source, index);
    const found = locate(block, { index, file: document.name, lookups });
    if (typeof found !== "number") {
      report.add({ line: block.line, ...found });
      return computed;
    }
    const last = found + Buffer.byteLength(text) - 1;
    const page = index.pageOf(found);
    return {
      ...computed,
      bytes: { first: found, last },
      lines: { first: index.lineOf(found), last: index.lineOf(last) },
      ...(page !== undefined && { page }),
    };
  });
  const parsed = judge(report, contract, { run: draft.run ?? context.run, blocks });
  return parsed.ok ? { ok: true, value: formatDeRawOutput(parsed.value) } : parsed;
}

interface Searched {
  readonly index: TextIndex;
  readonly file: string;
  readonly lookups: Lookups;
}

/** The first byte of a passage in its source, or the fault. A `bytes=` or `lines=` in the block's head tells repeated passages apart. */
function locate({ text, bytes, lines }: RawBlockDraft, { index, file, lookups }: Searched): number | Omit<Unmet, "file"> {
  const passage = Buffer.from(text);
  const found: number[] = [];
  for (let at = lookups.indexOf(index.bytes, passage); at >= 0 && found.length < mostShown;) {
    found.push(at);
    at = lookups.indexOf(index.bytes, passage, at + 1);
  }
  if (lookups.gaveUp)
    return {
      expected: `passages that can be looked for in ${file}`,
      got: "more than can be looked for",
      fix: "quote fewer passages, each long enough to stand once in its source",
    };
  const [first] = found;
  if (first === undefined)
    return {
      expected: `a passage of ${file}, byte for byte`,
      got: `not in ${file}: ${JSON.stringify(text.slice(0, 80))}`,
      fix: `copy the lines from ${file} unchanged, each after '| ', with the same line breaks, blanks and marks`,
    };
  const said = found.length === 1 ? first : (placeAt(firstOf(bytes), passage, index) ?? placeInLine(firstOf(lines), passage, index));
  if (said !== undefined) return said;
  const shown = found.map((at) => index.lineOf(at)).join(", ");
  return {
    expected: `a passage that stands once in ${file}`,
    got: `one that stands in lines ${shown}${found.length < mostShown ? "" : ", …"}: ${JSON.stringify(text.slice(0, 80))}`,
    fix: `quote more of it, or say which: '== … lines=${index.lineOf(first)}'`,
  };
}

function firstOf(range: unknown): number | undefined {
  return typeof range === "object" && range !== null && "first" in range && typeof range.first === "number" ? range.first : undefined;
}

/** The byte, if the passage stands there. */
function placeAt(byte: number | undefined, passage: Buffer, { bytes }: TextIndex): number | undefined {
  return byte !== undefined && bytes.subarray(byte, byte + passage.length).equals(passage) ? byte : undefined;
}

/** The first byte of a passage that begins in a line. */
function placeInLine(line: number | undefined, passage: Buffer, index: TextIndex): number | undefined {
  if (line === undefined) return undefined;
  const start = index.startOf(line);
  const at = findText(index.bytes.subarray(start, index.startOf(line + 1) + passage.length - 1), passage);
  return at < 0 ? undefined : start + at;
}
