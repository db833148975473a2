import { indexText, type TextIndex } from "@tasuki/contracts";
import { type InputsOf, sha256Of } from "@tasuki/protocol";
import type { Candidate } from "@tasuki/contracts/artifacts/candidate-list";
import type { RawBlock } from "@tasuki/contracts/artifacts/de-raw-output";
import type { sg } from "@tasuki/contracts/roles/sg";
import { passagesAt } from "../ranking/corpus.ts";
import type { Search } from "../ranking/search.ts";

/** A candidate as sg sees it: its quotation, and how much of each question the quotation covers. */
export interface Item {
  readonly id: string;
  /** The quotation; several passages are parted by a blank line. */
  readonly text: string;
  readonly places: readonly { readonly source: number; readonly start: number; readonly end: number }[];
  /** Nearest heading that it stands under; empty where there is none. */
  readonly heading: string;
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
  const sourceOf = createSources(search);
  return inputs["candidate-list"].value.candidates.map((candidate) =>
    toItem(candidate, blocksOf.get(candidate.id) ?? [], { search, sourceOf }),
  );
}

interface Sources {
  readonly search: Search;
  /** Index of a source among the sources, and of its text; undefined where there is no such source. */
  readonly sourceOf: (id: string) => { readonly at: number; readonly index: TextIndex } | undefined;
}

function createSources({ corpus }: Search): Sources["sourceOf"] {
  const numbers = new Map(corpus.sources.map(({ id }, at) => [id, at]));
  const known = new Map<string, TextIndex>();
  return (id) => {
    const at = numbers.get(id);
    if (at === undefined) return undefined;
    const index = known.get(id) ?? indexText(corpus.sources[at]?.text ?? "");
    known.set(id, index);
    return { at, index };
  };
}

function toItem({ id, answers }: Candidate, blocks: readonly RawBlock[], { search, sourceOf }: Sources): Item {
  const text = blocks.map((block) => block.text).join("\n\n");
  const fault =
    blocks.length === 0 ? "it has no quotation" : blocks.map((block) => faultOf(block, sourceOf(block.source)?.index)).find(Boolean);
  const places = fault === undefined ? blocks.flatMap((block) => placeOf(block, sourceOf(block.source))) : [];
  const [first] = places.map((place) => passagesAt(search.corpus, place)[0]);
  // A candidate without questions leaves it to the review which ones it answers.
  const asked = answers.length > 0 ? answers : search.questions.map((question) => question.id);
  const covers = search.coverage(places);
  const coverage = new Map(asked.map((question) => [question, covers(question)]));
  return {
    id,
    text,
    places,
    heading: search.corpus.sections[first?.section ?? -1]?.path.at(-1) ?? "",
    coverage,
    covers,
    ...(fault !== undefined && { fault }),
  };
}

function faultOf({ source, bytes, sha256, text }: RawBlock, index: TextIndex | undefined): string | undefined {
  if (index === undefined) return `there is no ${source} to find its quotation in`;
  const slice = index.bytes.subarray(bytes.first, bytes.last + 1);
  if (slice.equals(Buffer.from(text)) && sha256Of(slice) === sha256) return undefined;
  return `its quotation is not what ${source} has at bytes ${bytes.first}-${bytes.last}`;
}

function placeOf({ bytes, text }: RawBlock, source: ReturnType<Sources["sourceOf"]>): Item["places"] {
  if (source === undefined) return [];
  const start = source.index.positionOf(bytes.first);
  return [{ source: source.at, start, end: start + text.length }];
}
