import type { JpFinal } from "../artifacts/jp-final.ts";
import type { Document } from "../define-artifact.ts";
import type { Unmet } from "../problem.ts";
import { boilerplate } from "./boilerplate.ts";
import { place } from "./place.ts";
import { statementsOf } from "./statements.ts";

/** The profile `cited`: every factual sentence of the sections ends with citations. */
export function* checkCitedSentences(final: Document<JpFinal>): Generator<Unmet> {
  for (const { heading, text } of final.value.sections)
    for (const statement of statementsOf(text)) {
      if (!statement.factual || statement.citations.length > 0) continue;
      yield {
        ...place(final, statement.text.split("\n", 1)[0] ?? ""),
        path: `sections.${heading}`,
        expected: "citations such as [C1] at the end of every factual sentence",
        got: statement.text,
        fix: `cite the accepted items that say it, leave it out, or write '${boilerplate.notFound}'`,
      };
    }
}
