import type { Document, Unmet } from "@tasuki/protocol";
import type { Brief } from "../artifacts/brief/brief.ts";
import type { DeRawOutput } from "../artifacts/de-raw-output/de-raw-output.ts";
import type { JpFinal } from "../artifacts/jp-final/jp-final.ts";
import { type SgReview, usableItems } from "../artifacts/sg-review/sg-review.ts";
import { normaliseSpace, splitSentences } from "../text/sentences.ts";
import { createLookups, type Lookups } from "../text/find-text.ts";
import { citationsIn, type Statement, statementsOf } from "../text/statements.ts";
import { place } from "./collect.ts";

// Limit of what is read to find quotations: more than a thousand that no sentence cites, each looked for in all passages.
const readsPerByte = 1000;

/** Passages of the items that the final text may cite, by item. */
export interface Passages {
  /** With white space normalised. */
  readonly byItem: ReadonlyMap<string, readonly string[]>;
  /** As they stand in their source. */
  readonly raw: ReadonlyMap<string, readonly string[]>;
  readonly lookups: Lookups;
}

export function passagesOf(final: Document, quoted: Document<DeRawOutput>, review: SgReview): Passages {
  const usable = usableItems(review);
  const blocks = quoted.value.blocks.filter(({ candidate }) => usable.has(candidate));
  const raw = new Map(
    [...Map.groupBy(blocks, ({ candidate }) => candidate)].map(([item, own]) => [item, own.map(({ text }) => text)] as const),
  );
  const byItem = new Map([...raw].map(([item, texts]) => [item, texts.map(normaliseSpace)] as const));
  return { byItem, raw, lookups: createLookups(readsPerByte * (final.size + quoted.size)) };
}

const omission = /\s*\[(?:…|\.{3})\]\s*/u;

/**
 * True for a text that stands, white space aside, in a passage of one of the items: as one range, or as ranges in the passage's order, with
 * `[…]` for each thing that is left out between them.
 */
function isVerbatim(text: string, items: Iterable<string>, { byItem, lookups }: Passages): boolean {
  const [first = "", ...others] = normaliseSpace(text)
    .split(omission)
    .filter((piece) => piece !== "");
  for (const item of items) {
    const passages = byItem.get(item) ?? [];
    if (
      others.length === 0 ? lookups.find(first, passages) : passages.some((passage) => standsInOrder([first, ...others], passage, lookups))
    )
      return true;
    if (lookups.gaveUp) return false;
  }
  return false;
}

function standsInOrder(pieces: readonly string[], passage: string, lookups: Lookups): boolean {
  let from = 0;
  return pieces.every((piece) => {
    const at = lookups.indexOf(passage, piece, from);
    from = at + piece.length;
    return at >= 0;
  });
}

/** The fault of a text with so many quotations, in so much that they could be from, that they can't be looked for. */
export function tooMany({ name }: Document): Unmet {
  return {
    file: name,
    path: "sections",
    expected: "quotations and sentences that can be found in the passages of the items that they cite",
    got: "more than can be looked for",
    fix: "quote less, and cite after each sentence only the items that it is from",
  };
}

const marked = /“([^“”]+)”|(?<![\p{L}\p{N}])"([^"]+)"(?![\p{L}\p{N}])/gu;

/**
 * Checks that every quotation (“…” or "…") is verbatim in a passage of an item that its sentence cites; in a sentence without citations, of
 * any item that may be cited, or in the brief.
 */
export function* checkQuotations(final: Document<JpFinal>, passages: Passages, brief: Brief): Generator<Unmet> {
  const briefText = normaliseSpace(brief.text);
  for (const { heading, text } of final.value.sections) {
    const statements = statementsOf(text);
    for (const { quotation, items } of quotationsOf(text, statements, passages)) {
      const cut = endsWithin(quotation, items ?? [...passages.byItem.keys()], passages);
      if (cut === undefined && isVerbatim(withoutLastMark(quotation), items ?? passages.byItem.keys(), passages)) continue;
      if (items === undefined && passages.lookups.find(withoutLastMark(quotation), [briefText])) continue;
      if (passages.lookups.gaveUp) return yield tooMany(final);
      yield {
        ...place(final, quotation.slice(0, 40)),
        path: `sections.${heading}`,
        expected:
          cut === undefined
            ? `words that stand in ${items === undefined ? "an accepted item or in the brief" : items.join(" or ")}`
            : `a quotation that ends where its sentence does, which goes on: “${cut}”`,
        got: `“${quotation}”`,
        fix:
          cut === undefined
            ? "quote the passage unchanged, with […] for what is left out, cite the item that it is from, or drop the quotation marks"
            : "quote the sentence to its end, write […] there, or put the full stop behind the quotation mark",
      };
    }
  }
}

function* quotationsOf(
  text: string,
  statements: readonly Statement[],
  passages: Passages,
): Generator<{ quotation: string; items: readonly string[] | undefined }> {
  let next = 0;
  for (const { start: from, text: paragraph } of paragraphsOf(withoutVerbatim(text, statements, passages)))
    for (const match of paragraph.matchAll(marked)) {
      const start = from + match.index;
      const end = start + match[0].length;
      while ((statements[next]?.end ?? Infinity) <= start) next += 1;
      const cited = [];
      for (let at = next; (statements[at]?.start ?? Infinity) < end; at += 1) cited.push(statements[at]?.citations ?? []);
      // Quotations in one long sentence share its citations, which may be as many.
      const [first = []] = cited;
      const items = cited.length > 1 ? [...new Set(cited.flat())] : first;
      const quotation = withoutCitations(match[1] ?? match[2] ?? "");
      if (/[\p{L}\p{N}]/u.test(quotation)) yield { quotation, items: items.length > 0 ? items : undefined };
    }
}

/** The text with verbatim sentences blanked out: they keep the quotation marks of their passage, which need not pair within a sentence. */
function withoutVerbatim(text: string, statements: readonly Statement[], passages: Passages): string {
  const pieces: string[] = [];
  let from = 0;
  for (const { text: statement, start, end, citations } of statements) {
    if (!isVerbatim(statement, citations, passages)) continue;
    pieces.push(text.slice(from, start), " ".repeat(end - start));
    from = end;
  }
  return pieces.join("") + text.slice(from);
}

function* paragraphsOf(text: string): Generator<{ start: number; text: string }> {
  let start = 0;
  for (const { index, 0: blank } of text.matchAll(/\n[ \t\r]*\n/g)) {
    yield { start, text: text.slice(start, index) };
    start = index + blank.length;
  }
  yield { start, text: text.slice(start) };
}

/** A quotation without a last comma or full stop, which may be the writer's. */
function withoutLastMark(quotation: string): string {
  return quotation.replace(/[.,]$/, "");
}

// Characters of a passage by which the end of a sentence is known.
const near = 80;

/**
 * How a sentence goes on that a quotation ends with a full stop: "bis zum 31." does not end where its sentence does. Undefined where it ends
 * there, and where the full stop is the writer's own, behind words from within a sentence: it is “a signed statement.”
 */
function endsWithin(quotation: string, items: readonly string[], { byItem, lookups }: Passages): string | undefined {
  if (!/[.!?。！？]$/u.test(quotation)) return undefined;
  const wanted = normaliseSpace(quotation).split(omission).at(-1) ?? "";
  let rest: string | undefined;
  for (const passage of items.flatMap((item) => byItem.get(item) ?? [])) {
    const bare = withoutLastMark(wanted);
    const at = bare === "" ? -1 : lookups.indexOf(passage, bare);
    if (at === -1) continue;
    const end = at + bare.length;
    const start = Math.max(at, end - near);
    if (end === passage.length) return undefined;
    const follows = passage.slice(start, end + near);
    if (splitSentences(follows).some((one) => start + one.end >= end && start + one.end <= end + 3)) return undefined;
    if (/^[.,]$/.test(wanted.slice(bare.length)) && passage.charAt(end) !== "." && !beginsSentence(passage, at)) return undefined;
    rest ??= passage.slice(end, end + 40).trim();
  }
  return rest;
}

/** True where a sentence of the passage begins, its quotation marks aside. */
function beginsSentence(passage: string, at: number): boolean {
  const start = Math.max(0, at - near);
  return splitSentences(passage.slice(start, at + near)).some((one) => start + one.start <= at && start + one.start >= at - 2);
}

/** The quotation as its source has it: without citations. */
function withoutCitations(quotation: string): string {
  let plain = "";
  let from = 0;
  for (const { start, end } of citationsIn(quotation)) {
    plain += quotation.slice(from, start);
    from = end;
  }
  return normaliseSpace(plain + quotation.slice(from));
}

/** Checks that a text only quotes: every sentence stands, white space aside, in the passages of the items that it cites. */
export function* checkVerbatimStatements(final: Document<JpFinal>, passages: Passages): Generator<Unmet> {
  for (const { heading, text } of final.value.sections)
    for (const statement of statementsOf(text)) {
      if (!statement.factual && statement.citations.length === 0) continue;
      if (isVerbatim(statement.text, statement.citations, passages)) continue;
      if (passages.lookups.gaveUp) return yield tooMany(final);
      yield {
        ...place(final, statement.text.split("\n", 1)[0] ?? ""),
        path: `sections.${heading}`,
        expected: "a sentence that stands in a passage of an item that it cites",
        got: `${statement.text} ${statement.citations.map((item) => `[${item}]`).join("")}`.trimEnd(),
        fix: "quote the passage unchanged",
      };
    }
}
