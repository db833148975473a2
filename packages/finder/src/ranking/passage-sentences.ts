import type { Range } from "@tasuki/contracts";
import { type Block, itemNumber, splitBlocks } from "./blocks.ts";
import type { Corpus, Counts } from "./corpus.ts";
import { quotableSentences } from "./quotable-sentences.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface PassageSentence extends Range {
  readonly passage: number;
  /**
   * Number of the group that a quotation may not leave: a paragraph, an item, a row; a line with a colon and all that it announces; or the
   * numbered steps of a procedure.
   */
  readonly group: number;
  readonly code: boolean;
  /** True in a numbered step. */
  readonly step: boolean;
  /** True in a row of a table. */
  readonly row: boolean;
  readonly counts: Counts;
}

// Longest code that is quoted as a whole, characters.
const wholeCode = 800;

/** Sentences of a passage. Blocks are split again within it, because only those of the best passages are ever kept as objects. */
export function passageSentences(corpus: Corpus, vocabulary: Vocabulary, passage: number): PassageSentence[] {
  const place = corpus.passages[passage];
  const whole = corpus.sources[place?.source ?? -1]?.text;
  if (place === undefined || whole === undefined) return [];
  const text = whole.slice(place.start, place.end);
  const sentences: PassageSentence[] = [];
  let group = 0;
  let before: Block | undefined;
  let announced = false;
  for (const block of splitBlocks(text)) {
    // Rows of a glossary have nothing to do with each other; the items after "three parts:" have.
    announced = (announced && block.kind === before?.kind) || isAnnounced(text, before, block);
    if (!announced && !isNextStep(text, before, block)) group += 1;
    before = block;
    const [step, row] = [itemNumber(text, block) !== undefined, block.kind === "table"];
    for (const { start, end } of piecesOf(text, block)) {
      const counts = vocabulary.count(text.slice(start, end));
      sentences.push({
        start: place.start + start,
        end: place.start + end,
        passage,
        group,
        code: block.kind === "code",
        step,
        row,
        counts,
      });
    }
  }
  return sentences;
}

function isAnnounced(text: string, before: Block | undefined, { kind }: Block): boolean {
  if (before === undefined || kind === "heading" || kind === "paragraph") return false;
  return /[:：]\s*$/.test(text.slice(before.start, before.end));
}

function isNextStep(text: string, before: Block | undefined, block: Block): boolean {
  const last = before && itemNumber(text, before);
  return last !== undefined && itemNumber(text, block) === last + 1;
}

/** Pieces of a block that are quoted: short code as a whole, with its fences; anything else by sentences. */
function piecesOf(text: string, { kind, start, end }: Block): Range[] {
  return kind === "code" && end - start <= wholeCode ? [{ start, end }] : quotableSentences(text, { start, end });
}
