import { setTimeout as delay } from "node:timers/promises";
import { type Block, type Clock, type FeedEntry, type Health, type Logger, TasukiError } from "@tasuki/contracts";
import type { Position, Store } from "@tasuki/store";
import type { BusClient } from "../client/bus-client.ts";
import { differingContracts } from "../status/contract-digests.ts";
import { batched } from "./batched.ts";
import type { EntryRead } from "./read-entry.ts";
import type { RunFact, RunSteps } from "./run-steps.ts";

export interface FollowerDeps {
  readonly role: string;
  readonly node: string;
  readonly client: BusClient;
  readonly store: Store;
  readonly steps: RunSteps;
  readonly read: (entry: FeedEntry, feed: string) => EntryRead;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds before the n-th repetition, from 1. */
  readonly backoff: (repetition: number) => number;
  /** The digest of each contract as this program has it, by `name@version`. */
  readonly digests: Readonly<Record<string, string>>;
}

const entriesAtOnce = 256;
const healthTimeout = 5_000;

/** Follows one role's feed until the signal, through lost connections, restarts and replaced hosts. Resolves when it has stopped. */
export async function follow(deps: FollowerDeps, signal: AbortSignal): Promise<void> {
  const { role, client, store, steps, clock, logger, backoff } = deps;
  const health = async (): Promise<Health | undefined> => {
    // Before it is asked: of what comes meanwhile its answer may not know yet.
    const held = store.position(deps.node);
    const asked = client.health({ signal: AbortSignal.any([signal, AbortSignal.timeout(healthTimeout)]) });
    const answer = await asked.catch((error: unknown) => {
      logger.debug({ peer: role, err: error }, "a role's node can't be reached now");
    });
    if (answer === undefined) {
      await steps.setReachable(role, false);
      return undefined;
    }
    await store.savePeer({ node: deps.node, health: answer, at: clock.now() });
    const others = differingContracts(deps.digests, answer);
    if (others.length > 0)
      logger.warn(
        { peer: role, node: deps.node, contracts: others },
        "a node has other contracts under the same versions: one of the two was changed after its release",
      );
    const problem = olderCopy(role, answer, held);
    await steps.setReachable(role, problem === undefined, problem);
    if (problem !== undefined) throw new TasukiError("invalid_state", problem);
    return answer;
  };
  for (let repetition = 1; !signal.aborted; repetition += 1) {
    try {
      const answer = await health();
      if (answer !== undefined) await session(deps, { instance: answer.instance, health, signal, onProgress: () => (repetition = 0) });
    } catch (error) {
      if (!signal.aborted)
        logger.warn({ peer: role, err: error }, "a role's feed could not be followed; it is taken up again where it is held");
    }
    await delay(backoff(repetition), undefined, { signal }).catch(() => undefined);
  }
}

/**
 * A feed only grows. One that is shorter than what is held of it is that of an older copy of the data folder: its next entries would be
 * taken for those that are held already. What is wrong then; the role is not followed until it is a new installation.
 */
function olderCopy(role: string, answer: Health, held: Position | undefined): string | undefined {
  const { state, feed } = answer.store;
  if (held?.instance !== answer.instance || state !== "ok" || feed >= held.next) return undefined;
  return `the feed of ${role} has ${feed} entries, and main holds ${held.next}: its data folder is an older copy; give it an empty one, and main dispatches again what it has not finished`;
}

interface Session {
  readonly instance: string;
  readonly health: () => Promise<Health | undefined>;
  readonly signal: AbortSignal;
  readonly onProgress: () => void;
}

/** Follows one installation of the node; ends when another answers in its place. */
async function session(deps: FollowerDeps, { instance, health, signal, onProgress }: Session): Promise<void> {
  const { role, node, client, steps, logger } = deps;
  const ended = new AbortController();
  let position = await toPosition(deps, instance);
  const onState = (state: "connected" | "lost"): void => {
    const seen = state === "lost" ? steps.setReachable(role, false) : checkInstance();
    seen.catch((error: unknown) => {
      logger.debug({ peer: role, err: error }, "the state of a connection could not be recorded");
      // Who answers at the other end is not known: another installation's entries must not be read on from here.
      if (state === "connected") ended.abort();
    });
  };
  const checkInstance = async (): Promise<void> => {
    const answer = await health();
    // Also where it could not be asked: who answers at the other end is not known then.
    if (answer?.instance !== instance) ended.abort();
  };
  const entries = client.watch(position.next, { signal: AbortSignal.any([signal, ended.signal]), onState });
  const take = async (batch: readonly FeedEntry[]): Promise<void> => {
    const fresh = batch.filter((entry) => entry.index >= position.next);
    const reads = fresh.map((entry, offset) => {
      if (entry.index !== position.next + offset)
        throw new Error(`the feed of ${role} skips from ${position.next + offset} to ${entry.index}`);
      return deps.read(entry, role);
    });
    if (reads.length === 0) return;
    // Another installation answers already: begin again with its first entry.
    if (reads.some((read) => read.instance !== undefined && read.instance !== instance)) return ended.abort();
    const facts = await Promise.all(reads.flatMap((read) => read.facts).map((fact) => withBlock(fact, client, signal)));
    const next: Position = { node, instance, next: position.next + reads.length };
    await steps.apply({ facts, position: next, envelopes: reads.flatMap((read) => read.envelopes) });
    position = next;
    onProgress();
  };
  for await (const batch of batched(entries, entriesAtOnce)) {
    try {
      if (!ended.signal.aborted) await take(batch);
    } catch (error) {
      // Whoever leaves this loop waits for what is being read: without this for the node's next entry, which may never come.
      ended.abort();
      throw error;
    }
  }
}

/** Where to go on. A new installation is read from its first entry, and what the old one left unfinished is dispatched again, in one commit. */
async function toPosition({ role, node, store, steps, logger }: FollowerDeps, instance: string): Promise<Position> {
  const held = store.position(node);
  if (held !== undefined && held.instance !== instance)
    logger.warn(
      { peer: role, instance, before: held.instance },
      "the node of a role was replaced; its unfinished stages are dispatched again",
    );
  const position = held?.instance === instance ? held : { node, instance, next: 0 };
  await steps.setInstalled(role, position);
  return position;
}

/** The receipt says why in a sentence; the node's status has the whole block, with every unmet line. It informs, and proves nothing. */
async function withBlock(fact: RunFact, client: BusClient, signal: AbortSignal): Promise<RunFact> {
  const { run, event } = fact;
  if (event.is !== "receipt" || event.receipt.state !== "blocked") return fact;
  const block = await client
    .status({ task: event.receipt.task }, { signal: AbortSignal.any([signal, AbortSignal.timeout(healthTimeout)]) })
    .then((status): Block | undefined => status.tasks.find((task) => task.id === event.receipt.task)?.block)
    .catch(() => undefined);
  return block === undefined ? fact : { run, event: { ...event, block } };
}
