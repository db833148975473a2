import { checkHistory } from "../history/check-history.ts";
import type { Violation } from "../history/history.ts";
import type { ChaosRelay } from "./chaos-relay.ts";
import { recordedHistory } from "./recorded-history.ts";

/** Stops a relay, and judges what its disks hold and what main last showed of these runs; `briefs` by run. */
export async function stopAndCheck(relay: ChaosRelay, briefs: ReadonlyMap<string, string>): Promise<readonly Violation[]> {
  const statuses = await Promise.all([...briefs.keys()].map((run) => relay.status(run)));
  await relay.stopAll();
  return checkHistory(await recordedHistory(relay, { answers: [], statuses, briefs }));
}
