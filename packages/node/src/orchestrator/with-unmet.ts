import { shortenedUnmet } from "@tasuki/protocol";
import { answerLimits, type BusClient } from "@tasuki/bus";
import type { RunFact } from "./run-steps.ts";

/** Milliseconds of the question: the feed waits for its answer. */
const askMs = 5_000;

/** Unmet lines that main keeps of what a node says of its block. */
const mostUnmet = 100;

/**
 * Fact with what is unmet, of a `blocked` receipt. The receipt has the reason; the node's status has the lines. They inform, and prove nothing:
 * all else that the node says of its block is not read, for main tells its operators itself what to do.
 */
export async function withUnmet(fact: RunFact, client: BusClient, signal: AbortSignal): Promise<RunFact> {
  const { run, event } = fact;
  if (event.is !== "receipt" || event.receipt.state !== "blocked") return fact;
  const { task } = event.receipt;
  const unmet = await client
    .status({ task }, { signal: AbortSignal.any([signal, AbortSignal.timeout(askMs)]), mostBytes: answerLimits.problem.bytes })
    .then(({ tasks }) => tasks.find(({ id }) => id === task)?.block?.unmet)
    .catch(() => undefined);
  return unmet === undefined ? fact : { run, event: { ...event, unmet: shortenedUnmet(unmet, mostUnmet) } };
}
