import { normaliseSpace, type Range, splitSentences } from "./sentences.ts";

/** Fixed sentences about the text itself, not its subject. They need no citation in any text. */
export const boilerplate = {
  notFound: "Not found in the sources.",
  partial: "The sources answer this only in part.",
  best: "The best answer:",
  contradiction: "These passages may contradict each other.",
  noContradictions: "No contradictions were found.",
  noSources: "None of the sources could be read.",
} as const;

const fixedSentences: ReadonlySet<string> = new Set(Object.values(boilerplate));

/** True for one of the fixed sentences. */
function isBoilerplate(sentence: string): boolean {
  return fixedSentences.has(normaliseSpace(sentence));
}

/** Pattern of citations in a row: `[C1]`, `[C1][C4]`, `[C1, C4]`. */
const citationRun = /\[C[1-9][0-9]{0,4}(?:,\s?C[1-9][0-9]{0,4})*\](?:\s*\[C[1-9][0-9]{0,4}(?:,\s?C[1-9][0-9]{0,4})*\])*/g;

/** Citations in a row, and the items that they name, in order and each once. */
interface CitationRun extends Range {
  readonly items: readonly string[];
}

/** Finds the runs of citations in a text. */
export function citationsIn(text: string): CitationRun[] {
  return [...text.matchAll(citationRun)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    items: [...new Set(match[0].match(/C[0-9]+/g))],
  }));
}

/**
 * A sentence, or the part of one up to a citation, and the items cited right after it. Positions are those of the section's text.
 * The profile `cited` asks citations of `factual` statements: all but the fixed sentences, questions, and lines that lead in to the next
 * with a colon.
 */
export interface Statement extends Range {
  readonly text: string;
  readonly citations: readonly string[];
  readonly factual: boolean;
}

const quote = /^(?:[ \t]*>)*[ \t]*/;
const item = /^(?:(?:[-*+•]|\d{1,3}[.)])[ \t]+)*/;

/** Splits a section's text into statements. Paragraphs, list items and table rows end a sentence; headings and table heads are no statements. */
export function statementsOf(text: string): Statement[] {
  return proseOf(text).flatMap((block) => statementsIn(text, block));
}

function statementsIn(text: string, block: Range): Statement[] {
  const found: Statement[] = [];
  const runs = citationsIn(text.slice(block.start, block.end));
  const last = block.start + text.slice(block.start, block.end).trimEnd().length;
  let start = block.start;
  for (const run of [...runs, { start: block.end - block.start, end: block.end - block.start, items: [] }]) {
    const sentences = splitSentences(text, { start, end: block.start + run.start });
    for (const [at, sentence] of sentences.entries()) {
      const trimmed = trim(text, sentence);
      const content = text.slice(trimmed.start, trimmed.end);
      const citations = at === sentences.length - 1 ? run.items : [];
      const leadsIn = content.endsWith(":") && trimmed.end >= last;
      const factual = !content.endsWith("?") && !leadsIn && !isBoilerplate(content);
      if (citations.length > 0 || /[\p{L}\p{N}]/u.test(content)) found.push({ ...trimmed, text: content, citations, factual });
    }
    start = block.start + run.end;
  }
  return found;
}

/** The range without the marks that a citation leaves over: the full stop after it, the bracket around it. */
function trim(text: string, range: Range): Range {
  let { start, end } = range;
  while (start < end && /[\s.,;:!?…)\]*_|]/.test(text.charAt(start))) start += 1;
  while (end > start && /[\s([*_|]/.test(text.charAt(end - 1))) end -= 1;
  return { start, end };
}

/** The ranges of prose in a text: paragraphs, list items and table rows, without their marks. */
function proseOf(text: string): Range[] {
  const blocks: { start: number; end: number }[] = [];
  let open: { start: number; end: number; quoted: boolean } | undefined;
  for (const line of linesOf(text)) {
    const content = text.slice(line.start, line.end);
    const quotes = quote.exec(content)?.[0] ?? "";
    const mark = item.exec(content.slice(quotes.length))?.[0].length ?? 0;
    const quoted = quotes.includes(">");
    const blank = content.slice(quotes.length).trim() === "";
    const heading = /^#{1,6}[ \t]/.test(content);
    const table = /^[ \t]*\|/.test(content);
    if (blank || heading || table || mark > 0 || open?.quoted !== quoted) open = undefined;
    if (blank || heading || (table && isTableRule(nextLine(text, line.end)))) continue;
    if (open) open.end = line.end;
    else {
      open = { start: line.start + quotes.length + mark, end: line.end, quoted };
      blocks.push(open);
    }
    if (table) open = undefined;
  }
  return blocks;
}

function* linesOf(text: string): Generator<Range> {
  for (let start = 0; start < text.length;) {
    const at = text.indexOf("\n", start);
    const end = at === -1 ? text.length : at;
    yield { start, end };
    start = end + 1;
  }
}

/** True for the line under the head of a table: `| --- | :-: |`. */
function isTableRule(line: string): boolean {
  return line.includes("|") && line.includes("-") && /^[\s:|-]+$/.test(line);
}

function nextLine(text: string, end: number): string {
  const next = text.indexOf("\n", end + 1);
  return text.slice(end + 1, next === -1 ? text.length : next);
}

/**
 * Cites items after each sentence of a passage, so that it keeps the profile `cited`, whatever its words.
 * The passage must have no citations of its own (`citationsIn`).
 */
export function citeSentences(passage: string, items: readonly string[]): string {
  const citations = items.map((item) => `[${item}]`).join("");
  let cited = "";
  let from = 0;
  for (const { end } of statementsOf(passage)) {
    cited += `${passage.slice(from, end)} ${citations}`;
    from = end;
  }
  return cited + passage.slice(from);
}
