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

/**
 * Finds the questions of a brief as brief@1 has them, for ever: the list under a `# Questions` heading, else the lines that begin with `Q1:`,
 * else the sentences that end in a question mark, parted at `;` and at "and" before a question word; else the whole text.
 */
export function findQuestions1(text: string): readonly FoundQuestion[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n|\r/);
  for (const { sign, find } of ways) {
    const found = sign.test(text) ? find(lines).filter((question) => hasWord.test(question.text)) : [];
    if (found.length > 0) return numbered(found.slice(0, most));
  }
  const whole = oneLine(text.replace(/^\uFEFF/, ""));
  const first = lines.findIndex((line) => line.trim() !== "");
  return !hasWord.test(whole) ? [] : [{ id: "Q1", text: whole, line: first + 1 }];
}

// A question has a letter or digit: marks alone ask nothing.
const hasWord = /[\p{L}\p{N}]/u;
// Limit of the questions: one more than a brief may have, so that its contract reports it.
const most = 1000;

// Ways to find questions, by priority. Without its sign, a text has no such question, and its lines are not read.
const ways = [
  { sign: /^ {0,3}#{1,6}\s+questions/im, find: listed },
  { sign: /Q[1-9]/, find: marked },
  { sign: /[?？]/, find: asked },
];

/** Gives the questions their ids: the written ones where every question has one; else numbers in order. */
function numbered(found: readonly Found[]): FoundQuestion[] {
  const all = found.every((question) => question.id !== undefined);
  return found.map(({ id, text, line }, at) => ({ id: all && id !== undefined ? id : `Q${at + 1}`, text, line }));
}

const heading = /^ {0,3}#{1,6}(?:\s+(.*))?$/s;
const item = /^\s*(?:[-*+]|\d{1,3}[.)])\s+(.*)$/s;
const withId = /^\**(Q[1-9][0-9]{0,2})\**\s*[:.)]\**\s+(.+)$/s;

function listed(lines: readonly string[]): Found[] {
  const found: { id?: string | undefined; text: string; line: number }[] = [];
  let inside = false;
  let open = false;
  for (const [at, line] of lines.entries()) {
    const title = heading.exec(line);
    if (title) {
      inside = /^questions:?\s*#*$/i.test((title[1] ?? "").trim());
      open = false;
      continue;
    }
    if (!inside) continue;
    const content = item.exec(line)?.[1] ?? (withId.test(line.trim()) ? line : undefined);
    const last = found.at(-1);
    if (content !== undefined && oneLine(content) !== "") {
      const marked = withId.exec(oneLine(content));
      found.push({ id: marked?.[1], text: marked?.[2] ?? oneLine(content), line: at + 1 });
      open = true;
    } else if (line.trim() === "") open = false;
    else if (open && last) last.text = `${last.text} ${oneLine(line)}`;
  }
  return found;
}

function marked(lines: readonly string[]): Found[] {
  return lines.flatMap((line, at) => {
    const content = item.exec(line)?.[1] ?? line;
    const [, id, text] = withId.exec(oneLine(content)) ?? [];
    return id === undefined || text === undefined ? [] : [{ id, text, line: at + 1 }];
  });
}

function asked(lines: readonly string[]): Found[] {
  const found: Found[] = [];
  let paragraph: { text: string; line: number }[] = [];
  const close = (): void => {
    for (const question of questionsOf(paragraph)) found.push(question);
    paragraph = [];
  };
  for (const [at, line] of lines.entries()) {
    const title = heading.exec(line);
    const content = item.exec(line);
    if (title || content || line.trim() === "") close();
    if (found.length > most) break;
    const text = oneLine(title ? (title[1] ?? "") : (content?.[1] ?? line));
    if (text !== "") paragraph.push({ text, line: at + 1 });
    if (title) close();
  }
  close();
  return found;
}

/** The end of a sentence before the next one. */
const sentenceEnd = /(?<=[.!?]["')\]”’]{0,3})\s+(?=["'(“‘]{0,3}\p{L}|\p{N})|(?<=[。！？])/gu;
const isAsked = /[?？]["')\]”’]{0,3}$/;
const parts = /\s*;\s+|,?\s+and\s+(?=(?:how|what|when|who|why|where|which)\b)/gi;

function questionsOf(paragraph: readonly { readonly text: string; readonly line: number }[]): Found[] {
  const text = paragraph.map((line) => line.text).join(" ");
  const found: Found[] = [];
  let from = 0;
  let at = 0;
  let end = paragraph[0]?.text.length ?? 0;
  for (const sentence of text.split(sentenceEnd)) {
    // A sentence has the line that it begins in.
    const start = text.indexOf(sentence, from);
    while (start > end && at + 1 < paragraph.length) end += 1 + (paragraph[(at += 1)]?.text.length ?? 0);
    from = start + sentence.length;
    const line = paragraph[at]?.line ?? 1;
    if (!isAsked.test(sentence)) continue;
    for (const part of splitQuestion(sentence)) found.push({ text: part, line });
  }
  return found;
}

/** Parts a sentence that asks two things: "What is it; and when was it made?". A part of one word ("and why?") stays with the one before. */
function splitQuestion(sentence: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  const isWhole = (piece: string): boolean => /\S\s+\S/.test(piece.trim());
  for (const cut of sentence.matchAll(parts)) {
    if (!isWhole(sentence.slice(from, cut.index)) || !isWhole(sentence.slice(cut.index + cut[0].length))) continue;
    pieces.push(sentence.slice(from, cut.index));
    from = cut.index + cut[0].length;
  }
  const questions = [...pieces, sentence.slice(from)].map((piece) => piece.trim());
  return questions
    .map((piece) => piece.charAt(0).toUpperCase() + piece.slice(1))
    .map((piece) => (isAsked.test(piece) ? piece : `${piece}?`));
}

function oneLine(text: string): string {
  if (!/\s\s|[^\S ]|\0/.test(text)) return text.trim();
  return text.replaceAll(/[\s\0]+/g, " ").trim();
}
