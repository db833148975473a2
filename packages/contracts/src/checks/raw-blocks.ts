import { type Document, sha256Of, type Unmet } from "@tasuki/protocol";
import type { CandidateList } from "../artifacts/candidate-list/candidate-list.ts";
import type { DeRawOutput, RawBlock } from "../artifacts/de-raw-output/de-raw-output.ts";
import { indexText, type TextIndex } from "../text/text-index.ts";
import { place } from "./collect.ts";

const byCompletion = "leave bytes, lines, page and sha256 out of the draft: completion finds the passage in its source";

/** Checks that every block belongs to a candidate and is verbatim at the place that it names, and that every candidate has a block. */
export function* checkRawBlocks(
  raw: Document<DeRawOutput>,
  list: Document<CandidateList>,
  sources: ReadonlyMap<string, Document<string>>,
): Generator<Unmet> {
  const candidates = new Map(list.value.candidates.map((candidate) => [candidate.id, candidate]));
  const indexes = new Map<string, TextIndex>();
  for (const [at, block] of raw.value.blocks.entries()) {
    const where = () => ({ ...place(raw, `== ${block.candidate} ${block.source} bytes=${block.bytes.first}-`), path: `blocks.${at}` });
    const candidate = candidates.get(block.candidate);
    const source = sources.get(block.source);
    if (!candidate) {
      yield { ...where(), expected: `a candidate of ${list.name}`, got: block.candidate, fix: "add the candidate, or leave the block out" };
    } else if (candidate.source !== block.source) {
      yield {
        ...where(),
        expected: `${candidate.source}, the source of ${block.candidate}`,
        got: block.source,
        fix: "quote the candidate's source",
      };
    } else if (source) {
      const index = indexes.get(block.source) ?? indexText(source.text);
      indexes.set(block.source, index);
      for (const unmet of faultsOf(block, index, source.name)) yield { ...where(), ...unmet };
    } else {
      yield {
        ...where(),
        expected: "a source that is there",
        got: block.source,
        fix: "quote a source of the run, or one that was collected",
      };
    }
  }
  const quoted = new Set(raw.value.blocks.map(({ candidate }) => candidate));
  for (const { id } of list.value.candidates)
    if (!quoted.has(id))
      yield {
        ...place(list, `## ${id} `),
        path: `candidates.${id}`,
        expected: `a block of ${id} in ${raw.name}`,
        got: "none",
        fix: `quote the passage of ${id}, or leave the candidate out`,
      };
}

function* faultsOf(block: RawBlock, index: TextIndex, source: string): Generator<Pick<Unmet, "expected" | "got" | "fix">> {
  const { bytes, lines, page, sha256, text } = block;
  const digest = sha256Of(text);
  if (sha256 !== digest) yield { expected: `the SHA-256 of the block's own text, ${digest}`, got: sha256, fix: byCompletion };
  if (bytes.last < bytes.first || bytes.last >= index.bytes.length) {
    yield {
      expected: `a range within the ${index.bytes.length} bytes of ${source}`,
      got: `${bytes.first}-${bytes.last}`,
      fix: byCompletion,
    };
    return;
  }
  const slice = index.bytes.subarray(bytes.first, bytes.last + 1);
  if (!slice.equals(Buffer.from(text))) {
    yield {
      expected: `bytes ${bytes.first}-${bytes.last} of ${source}: ${excerpt(slice.subarray(0, 400).toString())}`,
      got: excerpt(text),
      fix: `quote the passage as it stands, and ${byCompletion}`,
    };
    return;
  }
  const [first, last] = [index.lineOf(bytes.first), index.lineOf(bytes.last)];
  if (lines.first !== first || lines.last !== last)
    yield { expected: `lines ${first}-${last}, where the bytes stand`, got: `${lines.first}-${lines.last}`, fix: byCompletion };
  const onPage = index.pageOf(bytes.first);
  if (page !== onPage)
    yield {
      expected: onPage === undefined ? "no page: the source has none" : `page ${onPage}`,
      got: `${page ?? "no page"}`,
      fix: byCompletion,
    };
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
