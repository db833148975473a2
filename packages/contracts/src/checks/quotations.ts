import type { Document, Unmet } from "@tasuki/protocol";
import type { Brief } from "../artifacts/brief/brief.ts";
import type { DeRawOutput } from "../artifacts/de-raw-output/de-raw-output.ts";
import type { JpFinal } from "../artifacts/jp-final/jp-final.ts";
import { type SgReview, usableItems } from "../artifacts/sg-review/sg-review.ts";
import { normaliseSpace } from "../text/sentences.ts";
import { createLookups, type Lookups } from "../text/find-text.ts";
import { citationsIn, type Statement, statementsOf } from "../text/statements.ts";
import { place } from "./collect.ts";

// Limit of what is read to find quotations: more than a thousand that no sentence cites, each looked for in all passages.
const readsPerByte = 1000;

/** Passages of the items that the final text may cite, by item, with white space normalised. */
interface Passages {
  readonly byItem: ReadonlyMap<string, readonly string[]>;
  readonly lookups: Lookups;
}

export function passagesOf(final: Document, raw: Document<DeRawOutput>, review: SgReview): Passages {
  const usable = usableItems(review);
  const blocks = raw.value.blocks.filter(({ candidate }) => usable.has(candidate));
  const byItem = new Map<string, string[]>();
  for (const { candidate, text } of blocks) {
    const known = byItem.get(candidate) ?? [];
    known.push(normaliseSpace(text));
    byItem.set(candidate, known);
  }
  return { byItem, lookups: createLookups(readsPerByte * (final.size + raw.size)) };
}

/** True for a text that stands, white space aside, in a passage of one of the items. */
function isVerbatim(text: string, items: Iterable<string>, { byItem, lookups }: Passages): boolean {
  const wanted = normaliseSpace(text);
  for (const item of items) {
    if (lookups.find(wanted, byItem.get(item) ?? [])) return true;
    if (lookups.gaveUp) return false;
  }
  return false;
}

/** The fault of a text with so many quotations, in so much that they could be from, that they can't be looked for. */
function tooMany({ name }: Document): Unmet {
  return {
    file: name,
    path: "sections",
    expected: "quotations and sentences that can be found in the passages of the items that they cite",
    got: "more than can be looked for",
    fix: "quote less, and cite after each sentence only the items that it is from",
  };
}

const quoted = /“([^“”]+)”|(?<![\p{L}\p{N}])"([^"]+)"(?![\p{L}\p{N}])/gu;

/**
 * Checks that every quotation (“…” or "…") is verbatim in a passage of an item that its sentence cites; in a sentence without citations, of
 * any item that may be cited, or in the brief.
 */
export function* checkQuotations(final: Document<JpFinal>, passages: Passages, brief: Brief): Generator<Unmet> {
  const briefText = normaliseSpace(brief.text);
  for (const { heading, text } of final.value.sections) {
    const statements = statementsOf(text);
    for (const { quotation, items } of quotationsOf(text, statements, passages)) {
      if (isVerbatim(quotation, items ?? passages.byItem.keys(), passages)) continue;
      if (items === undefined && passages.lookups.find(quotation, [briefText])) continue;
      if (passages.lookups.gaveUp) return yield tooMany(final);
      yield {
        ...place(final, quotation.slice(0, 40)),
        path: `sections.${heading}`,
        expected: `words that stand in ${items === undefined ? "an accepted item or in the brief" : items.join(" or ")}`,
        got: `“${quotation}”`,
        fix: "quote the passage unchanged, cite the item that it is from, or drop the quotation marks",
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
    for (const match of paragraph.matchAll(quoted)) {
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

/** The quotation as its source has it: without citations, and without a last comma or full stop, which may be the writer's. */
function withoutCitations(quotation: string): string {
  let plain = "";
  let from = 0;
  for (const { start, end } of citationsIn(quotation)) {
    plain += quotation.slice(from, start);
    from = end;
  }
  return normaliseSpace(plain + quotation.slice(from)).replace(/[.,]$/, "");
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
