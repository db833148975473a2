import type { Document, Unmet } from "@tasuki/protocol";
import type { Brief } from "../artifacts/brief/brief.ts";
import type { DeRawOutput } from "../artifacts/de-raw-output/de-raw-output.ts";
import type { JpFinal } from "../artifacts/jp-final/jp-final.ts";
import { type SgReview, usableItems } from "../artifacts/sg-review/sg-review.ts";
import { normaliseSpace } from "../text/sentences.ts";
import { citationsIn, type Statement, statementsOf } from "../text/statements.ts";
import { place } from "./collect.ts";

/** Passages of the items that the final text may cite, by item, with white space normalised. */
type Passages = ReadonlyMap<string, readonly string[]>;

export function passagesOf(raw: DeRawOutput, review: SgReview): Passages {
  const usable = usableItems(review);
  const passages = new Map<string, string[]>();
  for (const { candidate, text } of raw.blocks) {
    if (!usable.has(candidate)) continue;
    const known = passages.get(candidate) ?? [];
    known.push(normaliseSpace(text));
    passages.set(candidate, known);
  }
  return passages;
}

/** True for a text that stands, white space aside, in a passage of one of the items. */
function isVerbatim(text: string, items: Iterable<string>, passages: Passages): boolean {
  const wanted = normaliseSpace(text);
  for (const item of items) if (passages.get(item)?.some((passage) => passage.includes(wanted))) return true;
  return false;
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
      if (isVerbatim(quotation, items ?? passages.keys(), passages)) continue;
      if (items === undefined && briefText.includes(quotation)) continue;
      yield {
        ...place(final, quotation.slice(0, 40)),
        path: `sections.${heading}`,
        expected: `words that stand in ${items === undefined ? "an accepted item or in the brief" : [...items].join(" or ")}`,
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
): Generator<{ quotation: string; items: ReadonlySet<string> | undefined }> {
  let next = 0;
  for (const { start: from, text: paragraph } of paragraphsOf(withoutVerbatim(text, statements, passages)))
    for (const match of paragraph.matchAll(quoted)) {
      const start = from + match.index;
      const end = start + match[0].length;
      while ((statements[next]?.end ?? Infinity) <= start) next += 1;
      const items = new Set<string>();
      for (let at = next; (statements[at]?.start ?? Infinity) < end; at += 1)
        for (const item of statements[at]?.citations ?? []) items.add(item);
      const quotation = withoutCitations(match[1] ?? match[2] ?? "");
      if (/[\p{L}\p{N}]/u.test(quotation)) yield { quotation, items: items.size > 0 ? items : undefined };
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
      yield {
        ...place(final, statement.text.split("\n", 1)[0] ?? ""),
        path: `sections.${heading}`,
        expected: "a sentence that stands in a passage of an item that it cites",
        got: `${statement.text} ${statement.citations.map((item) => `[${item}]`).join("")}`.trimEnd(),
        fix: "quote the passage unchanged",
      };
    }
}
