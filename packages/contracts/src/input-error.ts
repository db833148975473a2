import type { z } from "zod";
import { type ProblemCode, TasukiError, type Unmet } from "./problem.ts";
import { toExpected } from "./to-expected.ts";

/** What a schema found wrong, one line for each thing. `place` names what was read: `query`, `message`, `receipt`. */
export function toInputError(code: ProblemCode, place: string, { issues }: z.core.$ZodError): TasukiError {
  const unmet = issues.slice(0, 20).map((issue): Unmet => {
    const path = issue.path.map(String).join(".");
    return {
      file: place,
      ...(path !== "" && { path }),
      expected: toExpected(issue),
      got: issue.code,
      fix: `mend '${path === "" ? place : path}' and send it again`,
    };
  });
  const first = unmet[0];
  return new TasukiError(code, `The ${place} is not as it must be${first ? `: ${first.path ?? place}: expected ${first.expected}` : ""}.`, {
    unmet,
  });
}
