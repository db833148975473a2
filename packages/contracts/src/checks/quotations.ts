import type { Brief } from "../artifacts/brief.ts";
import type { JpFinal } from "../artifacts/jp-final.ts";
import type { Document } from "../define-artifact.ts";
import type { Unmet } from "../problem.ts";
import { citationsIn } from "./citations.ts";
import { isVerbatim, type Passages } from "./item-passages.ts";
import { place } from "./place.ts";
import { normaliseSpace } from "./space.ts";
import { type Statement, statementsOf } from "./statements.ts";

const quoted = /“([^”]+)”|(?<![\p{L}\p{N}])"([^"]+)"(?![\p{L}\p{N}])/gu;

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
  // A sentence that is a quotation as a whole keeps the marks of its source, which need not pair within it.
  let visible = text;
  for (const { text: statement, start, end, citations } of statements)
    if (isVerbatim(statement, citations, passages)) visible = visible.slice(0, start) + " ".repeat(end - start) + visible.slice(end);
  for (const paragraph of visible.matchAll(/(?:[^\n]|\n(?![ \t\r]*\n))+/g))
    for (const match of paragraph[0].matchAll(quoted)) {
      const start = paragraph.index + match.index;
      const end = start + match[0].length;
      const within = statements.filter((statement) => statement.start < end && statement.end > start);
      const items = new Set(within.flatMap(({ citations }) => citations));
      const quotation = withoutCitations(match[1] ?? match[2] ?? "");
      if (/[\p{L}\p{N}]/u.test(quotation)) yield { quotation, items: items.size > 0 ? items : undefined };
    }
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
