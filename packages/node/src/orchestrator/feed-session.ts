import { setTimeout as delay } from "node:timers/promises";
import { type FeedEntry, type Health, isTasukiError, type Logger, sha256Of, TasukiError } from "@tasuki/protocol";
import type { DiskFloor, Position, Store } from "@tasuki/store";
import { type BusClient, sizeOfEntry } from "@tasuki/bus";
import { askWhileAwaited } from "./ask-while-awaited.ts";
import type { Allowance } from "../loop/allowance.ts";
import { batched } from "../loop/batched.ts";
import { createKeyedLock } from "../loop/keyed-lock.ts";
import type { FlowState } from "@tasuki/flow";
import type { EntryReader } from "./read-entry.ts";
import type { Reachability } from "./reachability.ts";
import type { RunSteps } from "./run-steps.ts";
import type { SilencePace } from "./silence-pace.ts";
import { withUnmet } from "./with-unmet.ts";

export interface FeedSessionDeps {
  readonly role: string;
  readonly node: string;
  readonly client: BusClient;
  readonly store: Store;
  readonly steps: RunSteps;
  readonly reachability: Pick<Reachability, "set">;
  readonly read: EntryReader;
  readonly logger: Logger;
  readonly diskFloor: DiskFloor;
  /** Resolves when a closing run waits for this node, and on the signal. */
  readonly untilAwaited: (signal: AbortSignal) => Promise<void>;
}

/** Size of the entries that are read at once: 256 small ones, or one of the largest. Reading takes some ten times as much memory. */
const sizeAtOnce = 2 * 1024 * 1024;
const sizeAtLeast = sizeAtOnce / 256;
export interface FeedSession {
  readonly instance: string;
  readonly health: () => Promise<Health | undefined>;
  readonly signal: AbortSignal;
  readonly pace: SilencePace;
  /** Allowance of what the node may have main do for nothing. */
  readonly allowance: Allowance;
  /** Called when the feed is known to be the one that main holds. */
  readonly onKnown: () => void;
  readonly onProgress: () => void;
}

/**
 * Session with one installation of the node; it ends when another one answers in its place, or with the fault of its feed that another connection
 * will not mend.
 */
export async function followSession(
  deps: FeedSessionDeps,
  { instance, health, signal, pace, allowance, onKnown, onProgress }: FeedSession,
): Promise<TasukiError | undefined> {
  const { role, node, client, steps, reachability, logger } = deps;
  const ended = new AbortController();
  let position = await toPosition(deps, instance);
  // Steps that name the position are made one after the other: it must not go back.
  const inTurn = createKeyedLock();
  const onState = (state: "connected" | "lost"): void => {
    if (state === "lost") return reachability.set(node, false);
    checkInstance().catch((error: unknown) => {
      logger.debug({ peer: node, role, err: error }, "a node could not be asked which installation it is");
      // The installation at the other end is not known: another one's entries must not be read on from here.
      ended.abort();
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
  // Whoever waits for it below gets its error, too: until then nobody does.
  asking.catch(() => undefined);
  let fault: TasukiError | undefined;
  const follow = { signal: AbortSignal.any([signal, ended.signal]), onState, after: position.leaf, onKnown };
  const entries = untilFault(client.watch(position.next, follow), (error) => (fault = error));
  /** Takes entries, and returns the milliseconds that the feed waits before its next ones. */
  const take = async (batch: readonly FeedEntry[]): Promise<number> => {
    const fresh = batch.filter((entry) => entry.index >= position.next);
    for (const [offset, { index }] of fresh.entries())
      if (index !== position.next + offset)
        throw (fault = new TasukiError("unavailable", `It skips from entry ${position.next + offset} to ${index}.`));
    const reads = await deps.read(fresh, { node, role, instance });
    if (reads.length === 0) return 0;
    const told = await pace(
      reads.flatMap((read) => read.facts),
      AbortSignal.any([signal, ended.signal]),
    );
    // Another installation may answer already: the next session begins with its first entry. A node that says it is still the same one has signed
    // in the name of another: that counts for nothing, and what comes after it is read.
    if (reads.some((read) => read.instance !== undefined)) await checkInstance();
    if (ended.signal.aborted) return 0;
    // Below its floor the disk has room for what main itself needs alone: the feed waits at the node.
    using _ = await deps.diskFloor.reserve(fresh.reduce((bytes, entry) => bytes + sizeOfEntry(entry), 0));
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
    return allowance.spend(reads.reduce((sum, { cost }) => sum + cost, 0));
  };
  try {
    for await (const batch of batched(entries, sizeAtOnce, (entry) => Math.max(sizeAtLeast, sizeOfEntry(entry)))) {
      try {
        const wait = ended.signal.aborted ? 0 : await inTurn([node], () => take(batch));
        if (wait > 0) await delay(wait, undefined, { signal: AbortSignal.any([signal, ended.signal]) }).catch(() => undefined);
      } catch (error) {
        // Leaving this loop waits for the read that is under way; without this abort, for the node's next entry, which may never come.
        ended.abort();
        if (error !== fault) throw error;
      }
    }
  } finally {
    stopListening();
    ended.abort();
    await asking;
  }
  return fault;
}

/** The entries of a feed, to its end or its fault: what of it can't be read, or shows that it is another one. */
async function* untilFault(entries: AsyncIterable<FeedEntry>, onFault: (fault: TasukiError) => void) {
  try {
    yield* entries;
  } catch (error) {
    if (!isTasukiError(error)) throw error;
    onFault(error);
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
async function toPosition({ role, node, store, steps, logger }: FeedSessionDeps, instance: string): Promise<Position> {
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
