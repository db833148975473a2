import { type InputsOf, sha256Of } from "@tasuki/protocol";
import type { Candidate } from "@tasuki/contracts/artifacts/candidate-list";
import type { RawBlock } from "@tasuki/contracts/artifacts/de-raw-output";
import type { sg } from "@tasuki/contracts/roles/sg";
import type { Search } from "../ranking/search.ts";

/** A candidate as sg sees it: its quotation, and how much of each question the quotation covers. */
export interface Item {
  readonly id: string;
  /** The quotation; several passages are parted by a blank line. */
  readonly text: string;
  readonly places: readonly { readonly source: number; readonly start: number; readonly end: number }[];
  /** Share of each question that the candidate answers, 0 to 1. */
  readonly coverage: ReadonlyMap<string, number>;
  /** Share of any question, 0 to 1. */
  readonly covers: (question: string) => number;
  /** Reason why the quotation can't be used; absent where it can. */
  readonly fault?: string;
}

/** Items of the candidates: every quotation is sliced and hashed again, and its coverage is measured, headings included. */
export function judgeItems(inputs: Pick<InputsOf<typeof sg>, "candidate-list" | "de-raw-output">, search: Search): readonly Item[] {
  const blocksOf = Map.groupBy(inputs["de-raw-output"].value.blocks, ({ candidate }) => candidate);
  const bytes = new Map<string, Buffer>();
  const bytesOf = (source: string): Buffer | undefined => {
    const text = search.corpus.sources.find(({ id }) => id === source)?.text;
    const known = bytes.get(source) ?? (text === undefined ? undefined : Buffer.from(text));
    if (known) bytes.set(source, known);
    return known;
  };
  return inputs["candidate-list"].value.candidates.map((candidate) =>
    toItem(candidate, blocksOf.get(candidate.id) ?? [], { search, bytesOf }),
  );
}

interface Sources {
  readonly search: Search;
  readonly bytesOf: (source: string) => Buffer | undefined;
}

function toItem({ id, answers }: Candidate, blocks: readonly RawBlock[], { search, bytesOf }: Sources): Item {
  const text = blocks.map((block) => block.text).join("\n\n");
  const fault = blocks.length === 0 ? "it has no quotation" : blocks.map((block) => faultOf(block, bytesOf(block.source))).find(Boolean);
  const places = fault === undefined ? blocks.map((block) => placeOf(block, search, bytesOf(block.source))) : [];
  const headings = places.flatMap(({ source, start }) => headingsAt(search, source, start));
  // A candidate without questions leaves it to the review which ones it answers.
  const asked = answers.length > 0 ? answers : search.questions.map((question) => question.id);
  const whole = [...headings, text].join("\n");
  const covers = (question: string): number => search.coverage(question, whole);
  const coverage = new Map(asked.map((question) => [question, covers(question)]));
  return { id, text, places, coverage, covers, ...(fault !== undefined && { fault }) };
}

function faultOf({ source, bytes, sha256, text }: RawBlock, whole: Buffer | undefined): string | undefined {
  const slice = whole?.subarray(bytes.first, bytes.last + 1);
  if (slice === undefined) return `there is no ${source} to find its quotation in`;
  if (sha256Of(slice) === sha256 && slice.equals(Buffer.from(text))) return undefined;
  return `its quotation is not what ${source} has at bytes ${bytes.first}-${bytes.last}`;
}

function placeOf({ source, bytes, text }: RawBlock, { corpus }: Search, whole: Buffer | undefined): Item["places"][number] {
  const index = corpus.sources.findIndex(({ id }) => id === source);
  // In a text of ASCII, bytes and positions are the same.
  const direct = corpus.sources[index]?.text.startsWith(text, bytes.first) === true;
  const start = direct ? bytes.first : (whole?.toString("utf8", 0, bytes.first).length ?? 0);
  return { source: index, start, end: start + text.length };
}

function headingsAt({ corpus }: Search, source: number, position: number): readonly string[] {
  const passage = corpus.passages.find((passage) => passage.source === source && passage.start <= position && position < passage.end);
  return corpus.sections[passage?.section ?? -1]?.path ?? [];
}
