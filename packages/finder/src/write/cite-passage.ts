import { citationsIn, citeSentences, findText, normaliseSpace, type Range, splitSentences, statementsOf } from "@tasuki/contracts";
import { type Block, itemNumber, splitBlocks, tableHeadLevel } from "../ranking/blocks.ts";
import { countWords } from "../ranking/words.ts";

const leastWords = 3;
// Length up to which a passage is quoted, characters. A longer one is a document.
const longest = 20_000;
const quoteMark = /^(?:>[ \t]?)+/;
const marker = /^(?:[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+|[ \t]*>[ \t]?)+/;

/**
 * Text of a passage with a citation of its item after every sentence. Sentences stand as they do in the passage, apart from white space.
 * Code and tables are left out, unless a colon announces them or there is nothing else. Undefined where nothing can be quoted.
 */
export function citePassage(passage: string, item: string): string | undefined {
  if (passage.length > longest) return undefined;
  const blocks = splitBlocks(passage)
    .map((block) => (block.level === tableHeadLevel ? { ...block, kind: "table" as const } : block))
    .filter(({ kind }) => kind !== "heading")
    .map((block) => (isLaidOut(passage, block) ? { ...block, kind: "code" as const } : block));
  // The gate can see other sentences than were cited here, where marks are odd: such a block is left out.
  const kept = (text: string, { start, end }: Block): string => (isFaithful(text, passage.slice(start, end), item) ? text : "");
  const announced = announcedIn(passage, blocks);
  const cited = blocks.map((block) => (isProse(block) || announced.has(block) ? kept(citeBlock(passage, block, item), block) : ""));
  return (
    join(passage, blocks, cited) ??
    join(
      passage,
      blocks,
      blocks.map((block) => kept(citeLines(passage, block, item), block)),
    )
  );
}

const omitted = "[…]";

function isProse({ kind }: Block): boolean {
  return kind === "paragraph" || kind === "list";
}

/** Blocks that a colon announces: it ends the block before them, or before those of their kind that they follow. */
function announcedIn(passage: string, blocks: readonly Block[]): ReadonlySet<Block> {
  const announced = new Set<Block>();
  for (const [at, block] of blocks.entries()) {
    const before = blocks[at - 1];
    const isNew = before?.kind !== block.kind;
    if (before && (isNew ? /[:：]\s*$/.test(passage.slice(before.start, before.end)) : announced.has(before))) announced.add(block);
  }
  return announced;
}

function citeBlock(passage: string, block: Block, item: string): string {
  return isProse(block) ? citeProse(passage, block, item) : citeLines(passage, block, item);
}

/** Text of all blocks: items of a list and rows of a table stand line by line, everything else as paragraphs. */
function join(passage: string, blocks: readonly Block[], cited: readonly string[]): string | undefined {
  let text = "";
  let last: number | undefined;
  for (const [at, part] of cited.entries()) {
    if (part === "") continue;
    const kind = blocks[at]?.kind;
    const isListed = last !== undefined && kind === blocks[last]?.kind && kind !== "paragraph";
    // Items that follow one another read as a list: one that is left out between them is marked.
    const leftOut = blocks.slice((last ?? at) + 1, at).some(({ start, end }) => !isBare(passage.slice(start, end)));
    if (last !== undefined)
      text += isListed ? (leftOut ? `\n${omitted}\n` : "\n") : kind === "list" && leftOut ? `\n\n${omitted}\n` : "\n\n";
    text += part;
    last = at;
  }
  // Text without a factual statement (a question, a line that only leads in to something) is no answer.
  return statementsOf(text).some(({ factual }) => factual) ? text : undefined;
}

/** Block of columns made with blanks, such as a tree of folders that was cut out of its fences. */
function isLaidOut(passage: string, { start, end }: Block): boolean {
  const lines = passage.slice(start, end).split("\n");
  return lines.filter((line) => /\S {3,}\S/.test(line)).length >= Math.max(2, lines.length / 2);
}

function citeProse(passage: string, block: Block, item: string): string {
  const step = itemNumber(passage, block);
  let text = "";
  let isLeftOut = false;
  for (const [at, sentence] of splitSentences(passage, block).entries()) {
    const said = flat(passage, sentence);
    // Within a paragraph a number is part of its sentence: `Leases end. 30. of them end early.`
    const words = said.replace(at === 0 ? marker : quoteMark, "");
    const isWanted = block.kind === "list" ? isItem(said) : isSentence(said);
    const [cited] = isWanted ? citeOne(words, item) : [];
    // An omission inside a paragraph is marked, and so is the beginning of an item, which reads on from the one before it. A number at the start of a
    // line would be read as that of an item.
    const isMarked = (isLeftOut && (text !== "" || block.kind === "list")) || (text === "" && marker.test(words));
    const gap = isMarked ? `${omitted} ` : "";
    if (cited !== undefined) text += `${text === "" ? "" : " "}${gap}${cited}`;
    isLeftOut = cited === undefined && (isLeftOut || !isBare(said));
  }
  return block.kind === "list" && text !== "" ? `${step === undefined ? "-" : `${step}.`} ${text}` : text;
}

/** Lines of code, each indented, or rows of a table, each as a list item without the outer bars. */
function citeLines(passage: string, { kind, start, end }: Block, item: string): string {
  return passage
    .slice(start, end)
    .split("\n")
    .filter((line) => !/^\s*(?:```|~~~)/.test(line))
    .flatMap((line) => {
      const text = line.replaceAll(/\s+/g, " ").trim();
      // Text of brackets only is left as it is: the lines on both sides of it must stay together.
      if (kind === "code") return (isBare(text) ? [text] : citeOne(text, item)).map((cited) => `    ${cited}`);
      const bare = text.replace(marker, "").replaceAll(/^[\s|#]+|(?<![\s|])[\s|]+$/g, "");
      return citeOne(bare, item).map((cited) => `- ${cited}`);
    })
    .join("\n");
}

/** Text with its citation; nothing where the text has citations of its own, or bare marks only. */
function citeOne(text: string, item: string): [string] | [] {
  if (citationsIn(text).length > 0 || isBare(text)) return [];
  const cited = citeSentences(text, [item])
    .trim()
    .replace(/(\s\[C\d+\])([*_]{1,3})$/, "$2$1");
  return citationsIn(cited).length === 0 ? [] : [cited];
}

function isBare(text: string): boolean {
  return !/[\p{L}\p{N}]/u.test(text);
}

/** True where all statements that the gate will read in a text stand in the block that it is of, one after the other, each with the item's citation. */
function isFaithful(text: string, block: string, item: string): boolean {
  const whole = normaliseSpace(block);
  let from = 0;
  return statementsOf(text).every(({ text: said, citations, factual }) => {
    if (!factual && citations.length === 0) return true;
    const wanted = normaliseSpace(said);
    const at = findText(whole, wanted, from);
    from = at + wanted.length;
    return at >= 0 && citations.includes(item);
  });
}

/** Sentence of an item, however short: `Press **Go**`, `a passport`. A list is wrong without one of them. */
function isItem(text: string): boolean {
  return !/^[#|]/.test(text) && !isBare(text);
}

/** Sentence that is whole and readable: no scrap of a table or of code, nothing that begins like a heading. */
function isSentence(text: string): boolean {
  if (/^[#|]/.test(text)) return false;
  const said = withoutTargets(text).replaceAll(/[*_`]/g, "");
  const [letters, all] = [said.replaceAll(/[^\p{L}\p{M}]/gu, "").length, said.replaceAll(/\s/g, "").length];
  const digits = said.replaceAll(/\P{N}/gu, "").length;
  // An answer may be of one word or two: `Twelve hours.`
  const isLong = countWords(said) >= leastWords || /^[\p{Lu}\p{Lo}\d].*[\p{L}\p{N}]{3}[.!。！]["”』」)]?$/u.test(said.trim());
  // A sentence may be more years and amounts than words; a scrap of a table has no end.
  const isFull = /[.!?。！？]["'”’»)」]*$/u.test(said) && (said.match(/\p{L}{2,}/gu)?.length ?? 0) >= leastWords;
  return isLong && (letters >= all / 2 || (isFull && letters + digits >= all / 2));
}

// Neither goes on over a bracket that opens another one: a text of open brackets is read once.
const image = /!\[[^\][]*\]\((?:[^()]|\([^()]*\))*\)/g;
const link = /\[([^\][]*)\]\((?:[^()]|\([^()]*\))*\)/g;

/** Text without the targets of Markdown's links, and without its images: badges say nothing. */
function withoutTargets(text: string): string {
  return text.replaceAll(image, "").replaceAll(link, "$1");
}

function flat(passage: string, { start, end }: Range): string {
  return passage.slice(start, end).replaceAll(/\s+/g, " ").trim();
}
