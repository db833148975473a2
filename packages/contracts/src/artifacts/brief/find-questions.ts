import { splitSentences } from "../../text/sentences.ts";
import { announcesQuestions, askOf, isBackground, isTitle, splitAsk } from "./asks.ts";

interface FoundQuestion {
  readonly id: string;
  readonly text: string;
  /** Line, counted from 1. */
  readonly line: number;
}

interface Found {
  readonly id?: string | undefined;
  readonly text: string;
  readonly line: number;
}

/** Reading of a brief: its questions, and what is not taken for one. */
interface Reading {
  readonly questions: readonly FoundQuestion[];
  /** Sentences and titles that ask nothing, or are background, in order. */
  readonly others: readonly string[];
}

/**
 * Finds the questions of a brief: the list under a `# Questions` heading, else the lines that begin with `Q1:`, else what a person who has to
 * answer would tick off: the sentences that ask, with a mark or without, that request content ("Explain …", 説明して), or say what somebody would
 * like to know, and the items of a list that a line announces. None is found where nothing is asked.
 * Rules and tables alone find them (`ask-words.ts`), so that what a text asks depends on no data of a node's Node. What main found is written
 * into the brief (`brief.ts`).
 */
export function findQuestions(text: string): Reading {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n|\r/);
  for (const { sign, find } of ways) {
    const others: string[] = [];
    const found = sign.test(text) ? find(lines, others).filter((question) => hasWord.test(question.text)) : [];
    if (found.length > 0) return { questions: numbered(found.slice(0, most)), others };
    if (find === asked) return { questions: [], others };
  }
  return { questions: [], others: [] };
}

/** The whole of a brief that asks nothing, as what is to be done. */
export function wholeOf(text: string): readonly FoundQuestion[] {
  const plain = text.replace(/^\uFEFF/, "");
  const whole = oneLine(plain);
  const first = plain.split(/\r?\n|\r/).findIndex((line) => line.trim() !== "");
  return hasWord.test(whole) ? [{ id: "Q1", text: whole, line: first + 1 }] : [];
}

// A question has a letter or digit: marks alone ask nothing.
const hasWord = /[\p{L}\p{N}]/u;
// Limit of the questions: one more than a brief may have, so that its contract reports it.
const most = 1000;
// Limit of the text that is judged as one sentence, characters; a longer one is no question.
const longest = 2000;

// Ways to find questions, by priority. Without its sign, a text has no such question, and its lines are not read.
const ways = [
  { sign: /^ {0,3}#{1,6}[ \t]/m, find: listed },
  { sign: /Q[1-9]/, find: marked },
  { sign: /\S/, find: asked },
];

/** Gives the questions their ids: the written ones where every question has one; else numbers in order. */
function numbered(found: readonly Found[]): FoundQuestion[] {
  const all = found.every((question) => question.id !== undefined);
  return found.map(({ id, text, line }, at) => ({ id: all && id !== undefined ? id : `Q${at + 1}`, text, line }));
}

const heading = /^ {0,3}#{1,6}(?:\s+(.*))?$/s;
const item = /^\s*(?:[-*+•・]|\d{1,3}[.)．、]|[①-⑳]|[（(]\d{1,2}[)）]|[a-z]\))\s*(?<=[\s．、)）①-⑳•・])(\S.*)$/su;
const withId = /^\**(Q[1-9][0-9]{0,2})\**\s*[:.)]\**\s+(.+)$/s;

function listed(lines: readonly string[], others: string[]): Found[] {
  const found: { id?: string | undefined; text: string; line: number }[] = [];
  const plain: { text: string; line: number }[] = [];
  let inside = false;
  let open = false;
  for (const [at, line] of lines.entries()) {
    const title = heading.exec(line);
    if (title) {
      inside = isTitle((title[1] ?? "").replace(/\s#+\s*$/, ""));
      open = false;
      continue;
    }
    if (!inside) {
      if (line.trim() !== "") others.push(oneLine(line));
      continue;
    }
    const content = item.exec(line)?.[1] ?? (withId.test(line.trim()) ? line : undefined);
    const last = found.at(-1);
    if (content !== undefined && oneLine(content) !== "") {
      const marked = withId.exec(oneLine(content));
      found.push({ id: marked?.[1], text: marked?.[2] ?? oneLine(content), line: at + 1 });
      open = true;
    } else if (line.trim() === "") open = false;
    else if (open && last) last.text = `${last.text} ${oneLine(line)}`;
    else plain.push({ text: oneLine(line), line: at + 1 });
  }
  if (found.length > 0)
    return found.flatMap((one) => (one.id === undefined ? splitAsk(one.text).map(({ text }) => ({ text, line: one.line })) : [one]));
  // Without items, every line below the heading is a question, and every sentence of it.
  return plain.flatMap(({ text, line }) => splitSentences(text).map(({ start, end }) => ({ text: text.slice(start, end), line })));
}

function marked(lines: readonly string[], others: string[]): Found[] {
  return lines.flatMap((line, at) => {
    const content = item.exec(line)?.[1] ?? line;
    const [, id, text] = withId.exec(oneLine(content)) ?? [];
    if (id !== undefined && text !== undefined) return [{ id, text, line: at + 1 }];
    if (line.trim() !== "") others.push(oneLine(line));
    return [];
  });
}

interface BriefBlock {
  readonly kind: "heading" | "item" | "paragraph";
  readonly lines: { readonly text: string; readonly line: number }[];
}

function* blocksOf(lines: readonly string[]): Generator<BriefBlock> {
  let open: BriefBlock | undefined;
  let inCode = false;
  for (const [at, line] of lines.entries()) {
    if (/^\s*(?:```|~~~)/.test(line)) inCode = !inCode;
    const title = heading.exec(line);
    const content = item.exec(line);
    const text = oneLine(title ? (title[1] ?? "") : (content?.[1] ?? line));
    if (open && (title || content || text === "" || inCode)) {
      yield open;
      open = undefined;
    }
    if (text === "" || inCode || /^\s*(?:```|~~~)/.test(line)) continue;
    if (open) open.lines.push({ text, line: at + 1 });
    else open = { kind: title ? "heading" : content ? "item" : "paragraph", lines: [{ text, line: at + 1 }] };
    if (title || announcesQuestions(text) || isTitle(text)) {
      yield open;
      open = undefined;
    }
  }
  if (open) yield open;
}

function asked(lines: readonly string[], others: string[]): Found[] {
  const found: { text: string; line: number }[] = [];
  let [announced, aside] = [false, false];
  for (const block of blocksOf(lines)) {
    const text = block.lines.map((line) => line.text).join(" ");
    const first = block.lines[0]?.text ?? "";
    if (block.kind === "heading") aside = isBackground(first) && !isTitle(first);
    if ((announcesQuestions(text) || isTitle(text)) && !aside) {
      announced = true;
      others.push(text);
      continue;
    }
    if (found.length > most) break;
    if (aside || (block.kind !== "heading" && isBackground(first))) {
      others.push(text);
      announced = false;
      continue;
    }
    const wholes = announced && block.kind === "item";
    if (block.kind !== "item") announced = announced && block.kind === "paragraph" && wholesOf(block);
    if (wholes) addWhole(found, { text, line: block.lines[0]?.line ?? 1 });
    else addAsked(found, others, block);
  }
  return found;
}

/** True for a paragraph each line of which is short: lines below "Questions:". */
function wholesOf({ lines }: BriefBlock): boolean {
  return lines.every(({ text }) => text.length < 120);
}

/** Adds an item of a list that a line announces: its sentences that ask, else the item as a whole. */
function addWhole(found: { text: string; line: number }[], { text, line }: { readonly text: string; readonly line: number }): void {
  const sentences = splitSentences(text).map(({ start, end }) => text.slice(start, end));
  const asking = sentences.filter((sentence) => askOf(sentence, { isLine: sentences.length === 1 }) === "question");
  for (const one of asking.length > 0 ? asking.flatMap((one) => splitAsk(one)).map((one) => one.text) : [text])
    found.push({ text: one, line });
}

/** Adds what a block asks. A question without its mark is one where it is a block or a line of its own. */
function addAsked(found: { text: string; line: number }[], others: string[], { kind, lines }: BriefBlock): void {
  const text = lines.map((line) => line.text).join(" ");
  const masked = withoutCode(text);
  let at = 0;
  let end = lines[0]?.text.length ?? 0;
  let subject = "";
  const sentences = splitSentences(masked);
  for (const range of sentences) {
    // A sentence has the line that it begins in.
    while (range.start > end && at + 1 < lines.length) end += 1 + (lines[(at += 1)]?.text.length ?? 0);
    const line = lines[at]?.line ?? 1;
    const sentence = text.slice(range.start, range.end);
    const ask =
      sentence.length > longest
        ? "none"
        : askOf(masked.slice(range.start, range.end), { isLine: sentences.length === 1, isHeading: kind === "heading" });
    const last = found.at(-1);
    if (ask === "tail" && last && line - last.line < 4) last.text = joinText(last.text, sentence);
    else if (ask === "none" || (ask === "tail" && sentence.length < 3)) others.push(sentence);
    else
      for (const part of splitAsk(sentence, subject)) {
        found.push({ text: part.text, line });
        subject = part.subject;
      }
  }
}

// Addresses and code, whose marks ask nothing. Each is replaced by as many letters, so that positions stay.
const code = /`[^`]*`|\bhttps?:\/\/[^\s<>"”）)、。，]*[^\s<>"”）)、。，.;:!?]/gu;

function withoutCode(text: string): string {
  return text.replaceAll(code, (one) => "x".repeat(one.length));
}

/** Two texts as one line; Chinese and Japanese have no space between sentences. */
function joinText(one: string, other: string): string {
  return `${one}${/[？。]$/u.test(one) ? "" : " "}${other}`;
}

function oneLine(text: string): string {
  if (!/\s\s|[^\S ]|\0/.test(text)) return text.trim();
  return text.replaceAll(/[\s\0]+/g, " ").trim();
}
