import { type InputsOf, sha256Of } from "@tasuki/protocol";
import type { Candidate } from "@tasuki/contracts/artifacts/candidate-list";
import type { RawBlock } from "@tasuki/contracts/artifacts/de-raw-output";
import type { sg } from "@tasuki/contracts/roles/sg";
import type { Search } from "../ranking/search.ts";
import { countWhile } from "./count-while.ts";

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
  const sources = new Map(search.corpus.sources.map(({ id, text }, index) => [id, toPlaces(text, index)]));
  return inputs["candidate-list"].value.candidates.map((candidate) =>
    toItem(candidate, blocksOf.get(candidate.id) ?? [], { search, sources }),
  );
}

/** A source, made ready once for all passages that are placed in it. */
interface Places {
  /** Index of the source. */
  readonly index: number;
  bytes(): Buffer;
  /** The UTF-16 position of a byte. */
  positionOf(byte: number): number;
}

interface Sources {
  readonly search: Search;
  readonly sources: ReadonlyMap<string, Places>;
}

const step = 1024;

function toPlaces(text: string, index: number): Places {
  let bytes: Buffer | undefined;
  let marks: number[] | undefined;
  const whole = (): Buffer => (bytes ??= Buffer.from(text));
  const unitsIn = (from: number, to: number): number => {
    let units = 0;
    // A character has one byte that does not go on with another one, and two units where it has four bytes.
    for (const byte of whole().subarray(from, to)) units += byte >= 0xf0 ? 2 : Number(byte < 0x80 || byte >= 0xc0);
    return units;
  };
  const marked = (): number[] => {
    const found = [0];
    for (let at = 0; at + step <= whole().length; at += step) found.push((found.at(-1) ?? 0) + unitsIn(at, at + step));
    return found;
  };
  return {
    index,
    bytes: whole,
    positionOf(byte) {
      const mark = Math.floor(byte / step);
      marks ??= marked();
      return (marks[mark] ?? 0) + unitsIn(mark * step, byte);
    },
  };
}

function toItem({ id, answers }: Candidate, blocks: readonly RawBlock[], { search, sources }: Sources): Item {
  const text = blocks.map((block) => block.text).join("\n\n");
  const fault =
    blocks.length === 0 ? "it has no quotation" : blocks.map((block) => faultOf(block, sources.get(block.source))).find(Boolean);
  const places = fault === undefined ? blocks.flatMap((block) => placeOf(block, sources.get(block.source))) : [];
  const paths = places.map(({ source, start }) => headingsAt(search, source, start));
  // A candidate without questions leaves it to the review which ones it answers.
  const asked = answers.length > 0 ? answers : search.questions.map((question) => question.id);
  const whole = [...paths.flat(), text].join("\n");
  const covers = search.coverage(whole);
  const coverage = new Map(asked.map((question) => [question, covers(question)]));
  return { id, text, places, heading: paths[0]?.at(-1) ?? "", coverage, covers, ...(fault !== undefined && { fault }) };
}

function faultOf({ source, bytes, sha256, text }: RawBlock, places: Places | undefined): string | undefined {
  if (places === undefined) return `there is no ${source} to find its quotation in`;
  const slice = places.bytes().subarray(bytes.first, bytes.last + 1);
  if (slice.equals(Buffer.from(text)) && sha256Of(slice) === sha256) return undefined;
  return `its quotation is not what ${source} has at bytes ${bytes.first}-${bytes.last}`;
}

function placeOf({ bytes, text }: RawBlock, places: Places | undefined): Item["places"] {
  if (places === undefined) return [];
  const start = places.positionOf(bytes.first);
  return [{ source: places.index, start, end: start + text.length }];
}

function headingsAt({ corpus }: Search, source: number, position: number): readonly string[] {
  // Passages stand in the order of their places, and don't overlap.
  const before = countWhile(corpus.passages, (one) => one.source < source || (one.source === source && one.end <= position));
  const passage = corpus.passages[before];
  const isIn = passage?.source === source && passage.start <= position;
  return isIn ? (corpus.sections[passage.section]?.path ?? []) : [];
}
