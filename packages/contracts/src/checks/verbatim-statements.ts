import type { JpFinal } from "../artifacts/jp-final.ts";
import type { Document } from "../define-artifact.ts";
import type { Unmet } from "../problem.ts";
import { isVerbatim, type Passages } from "./item-passages.ts";
import { place } from "./place.ts";
import { statementsOf } from "./statements.ts";

/** What the embedded executor wrote only quotes: every sentence stands, white space aside, in the passages of the items that it cites. */
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
