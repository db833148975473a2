import type { JpFinal } from "../artifacts/jp-final.ts";
import type { Run } from "../artifacts/run.ts";
import type { Document } from "../define-artifact.ts";
import type { Unmet } from "../problem.ts";
import { place } from "./place.ts";

/** The final text is of the run's profile, and is not accepted over a check that failed. */
export function* checkAcceptance(final: Document<JpFinal>, run: Run): Generator<Unmet> {
  const { profile, decision, acceptance } = final.value;
  if (profile !== run.profile)
    yield {
      ...place(final, profile),
      path: "profile",
      expected: `the run's profile, ${run.profile}`,
      got: profile,
      fix: `write profile: ${run.profile}`,
    };
  if (decision === "returned") return;
  for (const { name, result, detail } of acceptance.checks)
    if (result === "failed")
      yield {
        ...place(final, name, result),
        path: `acceptance.${name}`,
        expected: "only checks that passed, with the decision 'accepted'",
        got: `${name} failed: ${detail}`,
        fix: "mend what failed, or decide 'returned' and say in Requests what must be settled",
      };
}
