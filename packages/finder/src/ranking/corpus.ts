import type { Range } from "@tasuki/contracts";
import { type Block, headingTitle, isNote, type KnownBlock, splitBlocks, markStart, tableHeadLevel } from "./blocks.ts";
import { countWhile } from "./count-while.ts";
import { quotableSentences } from "./quotable-sentences.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** A text to search. */
export interface Source {
  /** `S1`, `N2`. */
  readonly id: string;
  readonly text: string;
  /** Blocks that its extraction knew, in the order of the text. */
  readonly known?: readonly KnownBlock[];
}

/** A passage: some 130 words within one section of one source. */
interface Passage extends Range {
  /** Index of the source. */
  readonly source: number;
  /** Index of the section. */
  readonly section: number;
  readonly words: number;
}

interface Section {
  /** Headings from the outermost in; empty before the first heading. */
  readonly path: readonly string[];
  /** Range of its passages: the first, and the one after the last. */
  readonly passages: Range;
  /** Counts of the whole path. */
  readonly pathCounts: Counts;
  /** Counts of the last two headings of the path. */
  readonly lastCounts: Counts;
}

/** Counts of a text: its length in words, and the occurrences of each term of the vocabulary, by the term's number. Kin of a term counts in part. */
export interface Counts {
  readonly words: number;
  readonly terms: ReadonlyMap<number, number>;
}

/** Index of the sources for the terms of the questions. Other terms are not in it, so memory grows with the hits, not with the text. */
export interface Corpus {
  readonly sources: readonly Source[];
  readonly passages: readonly Passage[];
  readonly sections: readonly Section[];
  /** Postings of each term: passage, count, passage, count, … */
  readonly postings: readonly (readonly number[])[];
  /** Sections that have each term in their path, in order. */
  readonly titled: readonly (readonly number[])[];
}

// Length of a title, characters: each section below a heading is indexed by it.
const titleLength = 500;
const passageWords = 130;
const mostWords = 200;

/** Corpus of sources, which are read one after another. `progress` is called after each. */
export function buildCorpus(sources: readonly Source[], vocabulary: Vocabulary, progress: () => void = () => undefined): Corpus {
  const passages: Passage[] = [];
  const sections: Section[] = [];
  const postings: number[][] = vocabulary.terms.map(() => []);
  const titled: number[][] = vocabulary.terms.map(() => []);
  for (const [source, { text, known }] of sources.entries()) {
    for (const { path, blocks } of sectionsOf(text, known)) {
      const section = sections.length;
      const start = passages.length;
      const pathCounts = vocabulary.count(path.join("\n"));
      for (const term of pathCounts.terms.keys()) titled[term]?.push(section);
      for (const { start, end } of passagesOf(text, blocks, vocabulary)) {
        const counts = vocabulary.count(text.slice(start, end));
        for (const [term, count] of counts.terms) postings[term]?.push(passages.length, count);
        passages.push({ source, section, start, end, words: counts.words });
      }
      const lastCounts = vocabulary.count(path.slice(-2).join("\n"));
      sections.push({ path, passages: { start, end: passages.length }, pathCounts, lastCounts });
    }
    progress();
  }
  return { sources, passages, sections, postings, titled };
}

/** Passages in which a range of a source begins and ends; one where it does not leave it, none where it stands in a heading or in furniture. */
export function passagesAt(
  { passages }: Pick<Corpus, "passages">,
  { source, start, end }: Range & { readonly source: number },
): readonly Passage[] {
  // Passages stand in the order of their places, and don't overlap.
  const at = (position: number): Passage | undefined => {
    const passage = passages[countWhile(passages, (one) => one.source < source || (one.source === source && one.end <= position))];
    return passage?.source === source && passage.start <= position ? passage : undefined;
  };
  return [...new Set([at(start), at(end - 1)])].filter((passage) => passage !== undefined);
}

function* sectionsOf(text: string, known?: readonly KnownBlock[]): Generator<{ path: readonly string[]; blocks: readonly Block[] }> {
  let path: { level: number; title: string }[] = [];
  let blocks: Block[] = [];
  const titles = (): string[] => path.map(({ title }) => title);
  for (const block of withTitle(text, splitBlocks(text, known))) {
    const isBehindTable = block.kind !== "table" && path.at(-1)?.level === tableHeadLevel;
    const isApart = isNote(text, block);
    if ((block.kind === "heading" || isBehindTable || isApart) && blocks.length > 0) {
      yield { path: titles(), blocks };
      blocks = [];
    }
    if (isBehindTable) path.pop();
    if (isApart) {
      yield { path: [], blocks: [block] };
      continue;
    }
    if (block.kind !== "heading") {
      blocks.push(block);
      continue;
    }
    path = [
      ...path.filter(({ level }) => level < block.level),
      { level: block.level, title: headingTitle(text, block).slice(0, titleLength) },
    ];
  }
  if (blocks.length > 0) yield { path: titles(), blocks };
}

const longestTitle = 100;

/**
 * Blocks of a whole document, of which the first is its title where it looks like one: a line that stands alone above others, and ends as no sentence does.
 */
function withTitle(text: string, blocks: readonly Block[]): readonly Block[] {
  const [first, next] = blocks;
  if (first?.kind !== "paragraph" || next === undefined || next.kind === "furniture") return blocks;
  const line = text.slice(first.start, first.end).trimEnd();
  const isTitle =
    line.length <= longestTitle &&
    /^[\p{L}\p{N}"“„«「『]/u.test(line) &&
    !/[.:;,!?…。：；，！？、|]["'”’»」』)\]]*$|[.!?]\s+\S|[。！？]|\n|\r|\s\|\s/u.test(line);
  return isTitle ? [{ ...first, kind: "heading", level: 1 }, ...blocks.slice(1)] : blocks;
}

/** Passages of a section: neighbouring blocks up to about 130 words. A long block is parted between sentences. */
function* passagesOf(text: string, blocks: readonly Block[], vocabulary: Vocabulary): Generator<Range> {
  let open: { start: number; end: number; words: number } | undefined;
  for (const block of blocks) {
    // Furniture answers nothing, and no quotation goes over it.
    if (block.kind === "furniture") {
      if (open) yield open;
      open = undefined;
      continue;
    }
    for (const piece of piecesOf(text, block, vocabulary)) {
      if (open && open.words + piece.words > passageWords * 1.15) {
        yield open;
        open = undefined;
      }
      if (open) [open.end, open.words] = [piece.end, open.words + piece.words];
      // With the mark of its first item, by which that is known as one.
      else open = { ...piece, start: markStart(text, piece.start) };
    }
  }
  if (open) yield open;
}

function piecesOf(text: string, { start, end }: Range, vocabulary: Vocabulary): readonly (Range & { words: number })[] {
  const words = vocabulary.words(text.slice(start, end));
  if (words <= mostWords) return [{ start, end, words }];
  return quotableSentences(text, { start, end }).map((sentence) => ({
    ...sentence,
    words: vocabulary.words(text.slice(sentence.start, sentence.end)),
  }));
}
