import { shortenedUnmet } from "@tasuki/protocol";
import { answerLimits, type BusClient } from "@tasuki/bus";
import type { RunFact } from "./run-steps.ts";

/** Milliseconds of one question, and of all those about one batch of a feed, which waits for them; what is not asked by then is left out. */
const oneMs = 5_000;
const allMs = 30_000;

/** Unmet lines that main keeps of what a node says of its block. */
const mostUnmet = 100;

/**
 * Facts of one node, those of its `blocked` receipts with what is unmet. The receipt has the reason; the node's status has the lines. They inform,
 * and prove nothing: all else that the node says of its block is not read, for main tells its operators itself what to do. The node is asked about
 * one block at a time, however many it tells of.
 */
export async function withUnmet(facts: readonly RunFact[], client: BusClient, signal: AbortSignal): Promise<readonly RunFact[]> {
  const asking = AbortSignal.any([signal, AbortSignal.timeout(allMs)]);
  const told: RunFact[] = [];
  for (const fact of facts) told.push(asking.aborted ? fact : await withUnmetOf(fact, client, asking));
  return told;
}

async function withUnmetOf(fact: RunFact, client: BusClient, signal: AbortSignal): Promise<RunFact> {
  const { run, event } = fact;
  if (event.is !== "receipt" || event.receipt.state !== "blocked") return fact;
  const { task } = event.receipt;
  const unmet = await client
    .status({ task }, { signal: AbortSignal.any([signal, AbortSignal.timeout(oneMs)]), mostBytes: answerLimits.problem.bytes })
    .then(({ tasks }) => tasks.find(({ id }) => id === task)?.block?.unmet)
    .catch(() => undefined);
  return unmet === undefined ? fact : { run, event: { ...event, unmet: shortenedUnmet(unmet, mostUnmet) } };
}
