import type { Document } from "../define-artifact.ts";
import type { Unmet } from "../problem.ts";
import { place } from "./place.ts";

/** A decision that sends the work back says what is to be done, and only such a one does. */
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
