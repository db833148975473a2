import type { Brief } from "../artifacts/brief.ts";
import type { JpFinal } from "../artifacts/jp-final.ts";
import type { Document } from "../define-artifact.ts";
import type { Unmet } from "../problem.ts";
import { citationsIn } from "./citations.ts";
import { isVerbatim, type Passages } from "./item-passages.ts";
import { place } from "./place.ts";
import { normaliseSpace } from "./space.ts";
import { type Statement, statementsOf } from "./statements.ts";

const quoted = /“([^“”]+)”|(?<![\p{L}\p{N}])"([^"]+)"(?![\p{L}\p{N}])/gu;

/**
 * Every quotation (“…” or "…") is verbatim in a passage of an item that its sentence cites; in a sentence without citations, of any item that
 * may be cited, or in the brief.
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

/** A sentence that stands in a passage as a whole keeps that passage's marks, which need not pair within it: it is blanked out. */
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

/** As the source has it: a comma or full stop before the closing mark may be the writer's. */
function withoutCitations(quotation: string): string {
  let plain = "";
  let from = 0;
  for (const { start, end } of citationsIn(quotation)) {
    plain += quotation.slice(from, start);
    from = end;
  }
  return normaliseSpace(plain + quotation.slice(from)).replace(/[.,]$/, "");
}
