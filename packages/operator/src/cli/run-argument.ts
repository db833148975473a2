import { Id, TasukiError } from "@tasuki/contracts";
import type { OperatorClient } from "../api/operator-client.ts";

export const runArgument = "a run's id, the end of one, or 'last'";

/** The id that the user meant. Rejects with `not_found`, or `invalid_state` where more than one run fits. */
export async function resolveRun(client: OperatorClient, given: string): Promise<string> {
  if (Id.safeParse(given).success) return given;
  const runs = await client.runs({ limit: 1000 });
  const found = given === "last" ? runs.slice(0, 1) : given.length < 4 ? [] : runs.filter(({ id }) => id.endsWith(given.toLowerCase()));
  const [run, second] = found;
  if (run === undefined)
    throw new TasukiError(
      "not_found",
      `main has no run '${given}'. Give ${runArgument} (at least 4 characters); 'tasuki ls' lists the runs.`,
    );
  if (second !== undefined)
    throw new TasukiError("invalid_state", `More than one run ends in '${given}': ${run.id}, ${second.id}. Give more of it.`);
  return run.id;
}
