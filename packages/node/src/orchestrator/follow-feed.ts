import { setTimeout as delay } from "node:timers/promises";
import {
  type Backoff,
  type Clock,
  differingContracts,
  type FeedEntry,
  type Health,
  isTasukiError,
  type Logger,
  sha256Of,
  TasukiError,
} from "@tasuki/protocol";
import type { Trust } from "@tasuki/evidence";
import type { DiskFloor, Position, Store } from "@tasuki/store";
import { type BusClient, sizeOfEntry } from "@tasuki/bus";
import { askWhileAwaited } from "./ask-while-awaited.ts";
import { batched } from "../loop/batched.ts";
import { createKeyedLock } from "../loop/keyed-lock.ts";
import type { FlowState } from "@tasuki/flow";
import { olderCopy, otherCopy, refusalBy, strangerAt, unpinned } from "./node-problems.ts";
import type { EntryReader } from "./read-entry.ts";
import type { RunSteps } from "./run-steps.ts";
import { createSilencePace, type SilencePace } from "./silence-pace.ts";
import { withUnmet } from "./with-unmet.ts";

export interface FollowFeedDeps {
  readonly role: string;
  readonly node: string;
  readonly client: BusClient;
  readonly store: Store;
  readonly steps: RunSteps;
  readonly trust: Pick<Trust, "nodes">;
  readonly read: EntryReader;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly backoff: Backoff;
  /** Digests of the contracts as this program has them, by `name@version`. */
  readonly digests: Readonly<Record<string, string>>;
  readonly diskFloor: Pick<DiskFloor, "demand">;
  /** Resolves when a closing run waits for this node, and on the signal. */
  readonly untilAwaited: (signal: AbortSignal) => Promise<void>;
}

/** Installations of one node within an hour that main follows. More are a fault, or a lie, that would have it dispatch for ever. */
const installationsAtMost = 6;
const hourMs = 3_600_000;

/** Size of the entries that are read at once: 256 small ones, or one of the largest. Reading takes some ten times as much memory. */
const sizeAtOnce = 2 * 1024 * 1024;
const sizeAtLeast = sizeAtOnce / 256;
const healthTimeout = 4_000;

/** Follows the feed of one node until the signal, through lost connections, restarts and replaced hosts. Resolves when it has stopped. */
export async function followFeed(deps: FollowFeedDeps, signal: AbortSignal): Promise<void> {
  const { role, client, store, steps, clock, logger, backoff } = deps;
  const health = async (): Promise<Health | undefined> => {
    // The position is read before the node is asked: the answer may not know of entries that come meanwhile.
    const held = await store.position(deps.node);
    const asked = client.health({ signal: AbortSignal.any([signal, AbortSignal.timeout(healthTimeout)]) });
    const answer = await asked.catch(async (error: unknown) => {
      logger.debug({ peer: deps.node, role, err: error }, "a role's node can't be reached now");
      await steps.setReachable(deps.node, false, refusalBy(deps.node, error));
    });
    if (answer === undefined) return undefined;
    const misconfigured = strangerAt(deps, answer) ?? unpinned(deps);
    if (misconfigured !== undefined) return refuse(misconfigured);
    await store.savePeer({ node: deps.node, health: answer, at: clock.now() });
    const others = differingContracts(deps.digests, answer);
    if (others.length > 0)
      logger.warn(
        { peer: deps.node, role, contracts: others },
        "a node has other contracts under the same versions: one of the two was changed after its release",
      );
    const problem = olderCopy(deps.node, answer, held) ?? restless(answer.instance);
    if (problem !== undefined) return refuse(problem);
    if (answer.instance !== forked) await steps.setReachable(deps.node, true);
    return answer;
  };
  /** Installation whose feed was not the one that main holds. It is asked for its feed again and again, for its own folder may come back. */
  let forked: string | undefined;
  const pace = createSilencePace(clock);
  const refuse = async (problem: string): Promise<never> => {
    await steps.setReachable(deps.node, false, problem);
    throw new TasukiError("invalid_state", problem);
  };
  /** Installations that were followed, by the time of the first answer. */
  const installations = new Map<string, number>();
  /** Problem of a node that is another installation again and again. It is followed again when an hour has no more of them than may be. */
  const restless = (instance: string): string | undefined => {
    const now = clock.monotonic();
    for (const [one, since] of installations) if (now - since > hourMs) installations.delete(one);
    if (installations.has(instance)) return undefined;
    if (installations.size < installationsAtMost) return void installations.set(instance, now);
    return `${deps.node} was ${installationsAtMost} installations within an hour, and is another one: main follows it no more for now; look for what empties its data folder`;
  };
  const followOnce = async (instance: string, onProgress: () => void): Promise<void> => {
    const onKnown = (): void => {
      if (forked === undefined) return;
      forked = undefined;
      logger.info({ peer: deps.node, role }, "the feed of a role's node is again the one that main holds");
      // It is shown as reachable again by the next look at it: now, or else when the connection is lost and found.
      health().catch((error: unknown) => logger.debug({ peer: deps.node, role, err: error }, "a role's node could not be looked at again"));
    };
    try {
      await session(deps, { instance, health, signal, pace, onKnown, onProgress });
    } catch (error) {
      if (!isTasukiError(error) || error.code !== "digest_mismatch") throw error;
      forked = instance;
      await refuse(otherCopy(deps.node, error));
    }
  };
  for (let repetition = 1; !signal.aborted; repetition += 1) {
    try {
      const answer = await health();
      if (answer !== undefined) await followOnce(answer.instance, () => (repetition = 0));
    } catch (error) {
      if (!signal.aborted)
        logger.warn({ peer: deps.node, role, err: error }, "a role's feed could not be followed; it is taken up again where it is held");
    }
    await delay(backoff(repetition), undefined, { signal }).catch(() => undefined);
  }
}

interface Session {
  readonly instance: string;
  readonly health: () => Promise<Health | undefined>;
  readonly signal: AbortSignal;
  readonly pace: SilencePace;
  /** Called when the feed is known to be the one that main holds. */
  readonly onKnown: () => void;
  readonly onProgress: () => void;
}

/** Session with one installation of the node; it ends when another one answers in its place. */
async function session(deps: FollowFeedDeps, { instance, health, signal, pace, onKnown, onProgress }: Session): Promise<void> {
  const { role, node, client, steps, logger } = deps;
  const ended = new AbortController();
  let position = await toPosition(deps, instance);
  // Steps that name the position are made one after the other: it must not go back.
  const inTurn = createKeyedLock();
  const onState = (state: "connected" | "lost"): void => {
    const seen = state === "lost" ? steps.setReachable(node, false) : checkInstance();
    seen.catch((error: unknown) => {
      logger.debug({ peer: node, role, err: error }, "the state of a connection could not be recorded");
      // The installation at the other end is not known: another one's entries must not be read on from here.
      if (state === "connected") ended.abort();
    });
  };
  const checkInstance = async (): Promise<void> => {
    const answer = await health();
    // A node that could not be asked ends the session too: the installation at the other end is not known then.
    if (answer?.instance !== instance) ended.abort();
  };
  /** Installations that main does not know and that the node was asked about: the answer says which of the two is gone. */
  const asked = new Set<string>();
  const checkStage = async (other: string): Promise<void> => {
    asked.add(other);
    await checkInstance();
    await inTurn([node], async () => {
      if (!ended.signal.aborted) await steps.setInstalled(position);
    });
  };
  const stopListening = steps.onChange((state) => {
    const other = unknownInstallation(state, { role, node });
    if (other === undefined || other === instance || asked.has(other)) return;
    checkStage(other).catch((error: unknown) => {
      logger.warn(
        { peer: node, role, err: error },
        "a stage stands on an installation that main does not know, and its node can't be asked",
      );
      ended.abort();
    });
  });
  const asking = askWhileAwaited({ ...deps, onAnswer: checkInstance }, AbortSignal.any([signal, ended.signal]));
  const entries = client.watch(position.next, {
    signal: AbortSignal.any([signal, ended.signal]),
    onState,
    after: position.leaf,
    onKnown,
  });
  const take = async (batch: readonly FeedEntry[]): Promise<void> => {
    const fresh = batch.filter((entry) => entry.index >= position.next);
    for (const [offset, { index }] of fresh.entries())
      if (index !== position.next + offset) throw new Error(`the feed of ${node} skips from ${position.next + offset} to ${index}`);
    const reads = await deps.read(fresh, { node, role, instance });
    if (reads.length === 0) return;
    const told = await pace(
      reads.flatMap((read) => read.facts),
      AbortSignal.any([signal, ended.signal]),
    );
    // Another installation may answer already: the next session begins with its first entry. A node that says it is still the same one has signed
    // in the name of another: that counts for nothing, and what comes after it is read.
    if (reads.some((read) => read.instance !== undefined)) await checkInstance();
    if (ended.signal.aborted) return;
    // Below its floor the disk has room for what main itself needs alone: the feed waits at the node.
    await deps.diskFloor.demand();
    const facts = await withUnmet(told, client, signal);
    const last = fresh[reads.length - 1];
    const next: Position = { node, instance, next: position.next + reads.length, ...(last && { leaf: sha256Of(last.leaf) }) };
    await steps.apply({
      facts,
      position: next,
      envelopes: reads.flatMap((read) => read.envelopes),
      texts: reads.flatMap((read) => read.texts),
    });
    position = next;
    onProgress();
  };
  try {
    for await (const batch of batched(entries, sizeAtOnce, (entry) => Math.max(sizeAtLeast, sizeOfEntry(entry)))) {
      try {
        if (!ended.signal.aborted) await inTurn([node], () => take(batch));
      } catch (error) {
        // Leaving this loop waits for the read that is under way; without this abort, for the node's next entry, which may never come.
        ended.abort();
        throw error;
      }
    }
  } finally {
    stopListening();
    ended.abort();
    await asking;
  }
}

/**
 * Installation of a node that a run's stage stands on, and that main neither follows nor knows to be gone. The receipt came by another node's
 * feed: main may have missed the installation's whole life, or not have noticed yet that it is there.
 */
function unknownInstallation(state: FlowState, { role, node }: { readonly role: string; readonly node: string }): string | undefined {
  const other = (state.nodes[role] ?? node) === node ? state.stages.find(({ stage }) => stage === role)?.instance : undefined;
  return other === undefined || other === state.installed[role] || state.gone.includes(other) ? undefined : other;
}

/** Position to read on from. A new installation is read from its first entry, and stages that the old one left unfinished are dispatched again, in one commit. */
async function toPosition({ role, node, store, steps, logger }: FollowFeedDeps, instance: string): Promise<Position> {
  const held = await store.position(node);
  if (held !== undefined && held.instance !== instance)
    logger.warn(
      { peer: node, role, instance, before: held.instance },
      "the node of a role was replaced; its unfinished stages are dispatched again",
    );
  const position = held?.instance === instance ? held : { node, instance, next: 0 };
  await steps.setInstalled(position);
  return position;
}
