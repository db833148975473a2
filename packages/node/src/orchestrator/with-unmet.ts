import { shortenedUnmet } from "@tasuki/protocol";
import { answerLimits, type BusClient } from "@tasuki/bus";
import type { RunFact } from "./run-steps.ts";

/** Milliseconds of all questions about one batch of a feed, which waits for them. What is not answered by then is left out. */
const allMs = 5_000;
/** Questions that a node is asked at a time. */
const atOnce = 8;

/** Unmet lines that main keeps of what a node says of its block. */
const mostUnmet = 100;

/**
 * Facts of one node, those of its `blocked` receipts with what is unmet. The receipt has the reason; the node's status has the lines. They inform,
 * and prove nothing: all else that the node says of its block is not read, for main tells its operators itself what to do.
 */
export async function withUnmet(facts: readonly RunFact[], client: BusClient, signal: AbortSignal): Promise<readonly RunFact[]> {
  const asking = AbortSignal.any([signal, AbortSignal.timeout(allMs)]);
  const left = facts.filter(({ event }) => event.is === "receipt" && event.receipt.state === "blocked");
  const told = new Map<RunFact, RunFact>();
  while (left.length > 0 && !asking.aborted)
    await Promise.all(left.splice(0, atOnce).map(async (fact) => told.set(fact, await withUnmetOf(fact, client, asking))));
  return facts.map((fact) => told.get(fact) ?? fact);
}

async function withUnmetOf(fact: RunFact, client: BusClient, signal: AbortSignal): Promise<RunFact> {
  const { run, event } = fact;
  if (event.is !== "receipt") return fact;
  const { task } = event.receipt;
  const unmet = await client
    .status({ task }, { signal, mostBytes: answerLimits.problem.bytes })
    .then(({ tasks }) => tasks.find(({ id }) => id === task)?.block?.unmet)
    .catch(() => undefined);
  return unmet === undefined ? fact : { run, event: { ...event, unmet: shortenedUnmet(unmet, mostUnmet) } };
}
