import { type CompletionContext, type Contract, judge, type Parsed, sha256Of, type Unmet } from "@tasuki/protocol";
import { indexText, type TextIndex } from "../../text/text-index.ts";
import { textsOf } from "../documents.ts";
import type { DeRawOutput } from "./de-raw-output.ts";
import { type RawBlockDraft, readDeRawOutput } from "./read.ts";
import { formatDeRawOutput } from "./write.ts";

/** Completes raw blocks: each passage is found in its source, which gives its bytes, lines, page and digest. */
export function completeDeRawOutput(text: string, contract: Contract<DeRawOutput>, context: CompletionContext): Parsed<string> {
  if (contract.read(text, contract.file).ok) return { ok: true, value: text };
  const { report, draft } = readDeRawOutput(text, { artifact: contract, fileName: contract.file, draft: true });
  const sources = textsOf(context.documents);
  const indexes = new Map<string, TextIndex>();
  const blocks = draft.blocks.map((block) => {
    const { candidate, source = "", text } = block;
    const document = sources.get(source);
    // These ranges stand for nothing. They spare an author a second report of a passage that is reported already.
    const computed = { candidate, source, bytes: { first: 0, last: 0 }, lines: { first: 1, last: 1 }, sha256: sha256Of(text), text };
    if (text === "") return computed;
    if (!document) {
      const known = [...sources.keys()].slice(0, 50).join(", ") || "none";
      report.add({
        line: block.line,
        expected: `a source that is there: ${known}`,
        got: source || "nothing",
        fix: "begin the block with '== C1 S1'",
      });
      return computed;
    }
    const index = indexes.get(source) ?? indexText(document.text);
    indexes.set(source, index);
    const found = locate(block, index, document.name);
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

/** The first byte of a passage in its source, or the fault. A `bytes=` or `lines=` in the block's head tells repeated passages apart. */
function locate({ text, bytes, lines }: RawBlockDraft, index: TextIndex, file: string): number | Omit<Unmet, "file"> {
  const passage = Buffer.from(text);
  const first = index.bytes.indexOf(passage);
  if (first < 0)
    return {
      expected: `a passage of ${file}, byte for byte`,
      got: `not in ${file}: ${JSON.stringify(text.slice(0, 80))}`,
      fix: `copy the lines from ${file} unchanged, each after '| ', with the same line breaks, blanks and marks`,
    };
  if (index.bytes.indexOf(passage, first + 1) < 0) return first;
  const found: number[] = [];
  for (let at = first; at >= 0; at = index.bytes.indexOf(passage, at + 1)) {
    if (isFirst(bytes, at) || isFirst(lines, index.lineOf(at))) return at;
    if (found.length < 10) found.push(index.lineOf(at));
  }
  return {
    expected: `a passage that stands once in ${file}`,
    got: `one that stands in lines ${found.join(", ")}${found.length < 10 ? "" : ", …"}: ${JSON.stringify(text.slice(0, 80))}`,
    fix: `quote more of it, or say which: '== … lines=${found[0] ?? 1}'`,
  };
}

function isFirst(range: unknown, at: number): boolean {
  return typeof range === "object" && range !== null && "first" in range && range.first === at;
}
