import type { Document, Unmet } from "@tasuki/protocol";
import type { JpFinal } from "../artifacts/jp-final/jp-final.ts";
import type { Run } from "../artifacts/run/run.ts";
import { place } from "./collect.ts";

/** Checks that a decision that sends the work back has requests, and that no other has. */
export function* checkDecision(
  output: Document<{ readonly decision: string; readonly requests: readonly string[] }>,
  back: "rework" | "returned",
): Generator<Unmet> {
  const { decision, requests } = output.value;
  const asked = requests.some((request) => request.trim() !== "");
  const at = { ...place(output, decision), path: "requests" };
  if (decision === back && !asked)
    yield { ...at, expected: `at least one request with the decision '${back}'`, got: "none", fix: "say in Requests what must be settled" };
  if (decision !== back && asked)
    yield {
      ...at,
      expected: `requests only with the decision '${back}'`,
      got: `requests with '${decision}'`,
      fix: `decide '${back}', or leave the requests out`,
    };
}

/** Checks that the final text has the run's profile, and is not accepted over a failed check. */
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
