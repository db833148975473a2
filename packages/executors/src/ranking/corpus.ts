import { type Block, headingTitle, splitBlocks } from "./blocks.ts";
import type { Range } from "@tasuki/contracts";
import { quotableSentences } from "./quotable-sentences.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** A text to search. */
export interface Source {
  /** `S1`, `N2`. */
  readonly id: string;
  readonly text: string;
}

/** Some 130 words within one section of one source. */
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
  /** How often each term of the vocabulary stands in the path, and in its last two headings. */
  readonly pathCounts: Counts;
  readonly lastCounts: Counts;
}

/** Of a text: its length in words, and how often the terms of the vocabulary stand in it. */
export interface Counts {
  readonly words: number;
  readonly terms: ReadonlyMap<number, number>;
}

/** What of the sources bears on the questions: only their terms are indexed, so memory grows with the hits, not with the text. */
export interface Corpus {
  readonly sources: readonly Source[];
  readonly passages: readonly Passage[];
  readonly sections: readonly Section[];
  /** By term: pairs of passage and count, flat. */
  readonly postings: readonly (readonly number[])[];
}

const passageWords = 130;
const mostWords = 200;

/** Reads sources one after another. `progress` is called after each. */
export function buildCorpus(sources: readonly Source[], vocabulary: Vocabulary, progress: () => void = () => undefined): Corpus {
  const passages: Passage[] = [];
  const sections: Section[] = [];
  const postings: number[][] = vocabulary.terms.map(() => []);
  for (const [source, { text }] of sources.entries()) {
    for (const { path, blocks } of sectionsOf(text)) {
      const section = sections.length;
      sections.push({ path, pathCounts: vocabulary.count(path.join("\n")), lastCounts: vocabulary.count(path.slice(-2).join("\n")) });
      for (const { start, end } of passagesOf(text, blocks, vocabulary)) {
        const counts = vocabulary.count(text.slice(start, end));
        for (const [term, count] of counts.terms) postings[term]?.push(passages.length, count);
        passages.push({ source, section, start, end, words: counts.words });
      }
    }
    progress();
  }
  return { sources, passages, sections, postings };
}

function* sectionsOf(text: string): Generator<{ path: readonly string[]; blocks: readonly Block[] }> {
  let path: { level: number; title: string }[] = [];
  let blocks: Block[] = [];
  const titles = (): string[] => path.map(({ title }) => title);
  for (const block of splitBlocks(text)) {
    if (block.kind !== "heading") {
      blocks.push(block);
      continue;
    }
    if (blocks.length > 0) yield { path: titles(), blocks };
    blocks = [];
    path = [...path.filter(({ level }) => level < block.level), { level: block.level, title: headingTitle(text, block) }];
  }
  if (blocks.length > 0) yield { path: titles(), blocks };
}

/** Neighbouring blocks up to about 130 words; a long block is parted between sentences. */
function* passagesOf(text: string, blocks: readonly Block[], vocabulary: Vocabulary): Generator<Range> {
  let open: { start: number; end: number; words: number } | undefined;
  for (const block of blocks) {
    for (const piece of piecesOf(text, block, vocabulary)) {
      if (open && open.words + piece.words > passageWords * 1.15) {
        yield open;
        open = undefined;
      }
      if (open) [open.end, open.words] = [piece.end, open.words + piece.words];
      else open = { ...piece };
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
