import { isDeepStrictEqual } from "node:util";
import { type Clock, type Envelope, type Logger, type Pipeline, TasukiError } from "@tasuki/protocol";
import { type AttachmentRow, carryInto, type Position, type RunRow, type SmallBlob, type Store, type TextRow } from "@tasuki/store";
import { claimedReceipt, type Notary, payloadDigest } from "@tasuki/evidence";
import type { Roster } from "@tasuki/bus";
import { effectsToChange } from "./effects-to-change.ts";
import { stateOf, toRunRow } from "./run-row.ts";
import { readsOfNode } from "./node-reads.ts";
import { createKeyedLock } from "../loop/keyed-lock.ts";
import { openRuns } from "./open-runs.ts";
import { nodeOf } from "./placement.ts";
import { type FlowEffect, type FlowEvent, type FlowState, step } from "@tasuki/flow";

/** Fact about a run. */
export interface RunFact {
  readonly run: string;
  readonly event: FlowEvent;
}

interface StepChange {
  readonly facts: readonly RunFact[];
  readonly position?: Position;
  /** Position that is kept with a change, and is not worth a commit of its own: entries that are read twice change nothing. */
  readonly along?: Position;
  readonly envelopes?: readonly Envelope[];
  /** Texts that the envelopes name. */
  readonly texts?: readonly TextRow[];
  readonly attachments?: readonly AttachmentRow[];
  /** Small blobs that come with the change. */
  readonly blobs?: readonly SmallBlob[];
}

/** Steps of the runs, the one way in which they change: facts in, one commit of the new states with everything that follows from them. */
export interface RunSteps {
  /** Applies facts, and resolves after the commit. Facts of runs that aren't main's are left out. */
  apply(change: StepChange): Promise<void>;
  /** Tells the open runs that stand on a node whether main has a connection to it. Others are told as they are stepped. */
  tellReachable(node: string, reachable: boolean): Promise<void>;
  /** Tells the open runs that stand on a node which installation of it main follows from now on; the position in its feed is committed when all are told. */
  setInstalled(position: Position): Promise<void>;
  state(run: string): Promise<FlowState | undefined>;
  openRuns(): Promise<readonly FlowState[]>;
  /** Calls back with each run that changed, as it is and as it was, after its commit; returns the way to stop that. */
  onChange(listener: (state: FlowState, before: FlowState) => void): () => void;
}

const nothing = { runs: [], outbox: [], supersede: [], envelopes: [], attachments: [], events: [] } as const;

interface RunStepsDeps {
  readonly store: Store;
  readonly notary: Notary;
  readonly pipeline: Pipeline;
  readonly roster: Roster;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly logger: Logger;
}

/** State of a run that main has. Rejects with `not_found`. */
export async function knownRun(steps: Pick<RunSteps, "state">, run: string): Promise<FlowState> {
  const state = await steps.state(run);
  if (state === undefined) throw unknownRun(run);
  return state;
}

/** Refusal of a request about a run that main doesn't have. */
export function unknownRun(run: string): TasukiError {
  return new TasukiError("not_found", `main has no run ${run}; 'tasuki ls' lists the runs that it has.`);
}

export function createRunSteps(deps: RunStepsDeps): RunSteps {
  const { store, roster, clock, logger } = deps;
  const lock = createKeyedLock();
  const listeners = new Set<(state: FlowState, before: FlowState) => void>();
  const reachable = new Map<string, boolean>();
  const installed = new Map<string, string>();
  /** Positions that are being saved by themselves, by node. */
  const saving = new Map<string, Promise<unknown>>();

  /**
   * Events that say what main knows of a role's node, and the run not yet. After a restart it says nothing until it knows whether there is a
   * connection. An installation that the run knows is not told again: main may not have noticed yet that it was replaced.
   */
  const knownOf = (state: FlowState, role: string): FlowEvent[] => {
    const node = nodeOf(state, role, roster);
    const [instance, isReachable] = node === undefined ? [] : [installed.get(node), reachable.get(node)];
    // A node that the roster lacks by now is one that main will never have a connection to.
    if (node !== undefined && !Object.hasOwn(roster, node)) return [{ is: "peer", role, reachable: false }];
    return [
      ...(instance === undefined || instance === state.installed[role] ? [] : [{ is: "installed" as const, role, instance }]),
      ...(isReachable === undefined ? [] : [{ is: "peer" as const, role, reachable: isReachable }]),
    ];
  };

  /** Facts about a node that change something for an open run which stands on it, page by page. A run that knows already is not read again. */
  async function* factsAbout(node: string, eventOf: (role: string) => FlowEvent): AsyncGenerator<readonly RunFact[], void, undefined> {
    for await (const page of openRuns(store)) {
      const facts = page
        .map(stateOf)
        .flatMap((state) =>
          (state.given.length === 0 ? [] : state.route)
            .filter((role) => nodeOf(state, role, roster) === node)
            .map((role) => ({ state, event: eventOf(role) })),
        );
      yield facts.flatMap(({ state, event }) => {
        const [next, effects] = step(state, event, clock.now());
        return next === state && effects.length === 0 ? [] : [{ run: state.id, event }];
      });
    }
  }

  /** Steps one run through events. Effects are signed with the state of their own step: a later one may have moved on. */
  const through = (row: RunRow, events: readonly FlowEvent[]) => {
    const now = clock.now();
    const asked: { readonly state: FlowState; readonly effects: readonly FlowEffect[]; readonly now: number }[] = [];
    const before = stateOf(row);
    let after = before;
    const apply = (event: FlowEvent): void => {
      const [next, effects] = step(after, event, now);
      after = next;
      if (effects.length > 0) asked.push({ state: next, effects, now });
    };
    events.forEach(apply);
    // The nodes are those that the run stands on after the events: one of these may have placed it. Before intake it stands on none.
    if (after.given.length > 0) after.route.flatMap((role) => knownOf(after, role)).forEach(apply);
    return { version: row.version, before, after, asked };
  };

  /** Signs what a step asks for. Healths are read only where a dispatch brings what some nodes do not read. */
  const sign = async (asked: ReturnType<typeof through>["asked"]) => {
    const isTold = ({ effects }: (typeof asked)[number]): boolean =>
      effects.some((effect) => effect.do === "dispatch" && (effect.notes ?? effect.feedback) !== undefined);
    const peers = asked.some(isTold) ? await store.peers() : [];
    const signed = asked.map(({ state, effects, now }) =>
      effectsToChange(state, effects, { ...deps, now, readsOf: (role) => readsOfNode(peers, nodeOf(state, role, roster)) }),
    );
    const carried = carryInto(store);
    for (const { bytes, contract } of signed.flatMap(({ files }) => files)) await carried.add(bytes, { contract, now: clock.now() });
    return { parts: signed, blobs: carried.blobs };
  };

  /** True where the store keeps all of these envelopes, signatures included. */
  const areKept = async (envelopes: readonly Envelope[]): Promise<boolean> => {
    const told = envelopes.map((envelope) => ({ envelope, run: claimedReceipt(envelope)?.predicate.run, digest: payloadDigest(envelope) }));
    for (const [of, about] of Map.groupBy(told, ({ run }) => run)) {
      // A task comes with the receipt that follows from it: it is kept where that one is.
      if (of === undefined) return false;
      const kept = await store.envelopes(
        of,
        about.map(({ digest }) => digest),
      );
      if (!about.every(({ digest, envelope }) => isDeepStrictEqual(kept.get(digest), envelope))) return false;
    }
    return true;
  };
  /** Saves the position behind entries that bring nothing new: with the next commit. Without it they are read once more. */
  const save = (position: Position): void => {
    const { node } = position;
    const saved = store
      .change({ ...nothing, position })
      .catch((error: unknown) => {
        logger.debug({ peer: node, err: error }, "the position in a feed could not be kept now; it is kept with the next entries");
      })
      .finally(() => saving.get(node) === saved && saving.delete(node));
    saving.set(node, saved);
  };

  /** Makes one step of the runs, and resolves with the states that it changed; with undefined where one of the runs was stepped meanwhile. */
  const tryStep = async (
    runs: readonly string[],
    { facts, along, position, envelopes = [], texts = [], attachments = [], blobs = [] }: StepChange,
  ): Promise<readonly Pick<ReturnType<typeof through>, "before" | "after">[] | undefined> => {
    const rows = await Promise.all(runs.map((run) => store.run(run)));
    const stepped = rows.flatMap((row) =>
      row === undefined
        ? []
        : [
            through(
              row,
              facts.filter(({ run }) => run === row.id).map(({ event }) => event),
            ),
          ],
    );
    const changed = stepped.filter(({ before, after, asked }) => after !== before || asked.length > 0);
    if (changed.length === 0 && attachments.length + blobs.length + texts.length === 0 && (await areKept(envelopes))) {
      if (position !== undefined) save(position);
      return [];
    }
    const { parts, blobs: own } = await sign(changed.flatMap((one) => one.asked));
    const committed = await store.change({
      runs: changed.map(({ after, version }) => toRunRow(after, version)),
      outbox: parts.flatMap((part) => part.outbox),
      supersede: parts.flatMap((part) => part.supersede),
      hasten: parts.flatMap((part) => part.hasten),
      events: parts.flatMap((part) => part.events),
      ...((position ?? along) && { position: position ?? along }),
      envelopes,
      texts,
      attachments,
      blobs: [...blobs, ...own],
    });
    if (committed === "missing") throw new TasukiError("unavailable", "a file that main had is gone; it is fetched again");
    return committed === "conflict" ? undefined : changed;
  };

  const apply: RunSteps["apply"] = (change) => {
    const runs = [...new Set(change.facts.map((fact) => fact.run))];
    return lock(runs, async () => {
      let changed = await tryStep(runs, change);
      // Somebody else has stepped one of the runs: the step is made again from there, with new ids, and what this one had signed is forgotten.
      while (changed === undefined) changed = await tryStep(runs, change);
      for (const { after, before } of changed) for (const listener of listeners) listener(after, before);
    });
  };

  return {
    apply,
    async tellReachable(node, is) {
      reachable.set(node, is);
      for await (const facts of factsAbout(node, (role) => ({ is: "peer", role, reachable: is }))) await apply({ facts });
    },
    async setInstalled(position) {
      const { node, instance } = position;
      installed.set(node, instance);
      // The installation of the position that is saved last is the newest one.
      await saving.get(node);
      // The position is committed with the last of them: a main that is killed before tells the others when it is started again.
      let last: readonly RunFact[] = [];
      for await (const facts of factsAbout(node, (role) => ({ is: "installed", role, instance }))) {
        if (last.length > 0) await apply({ facts: last });
        last = facts;
      }
      await apply({ facts: last, position });
    },
    async state(run) {
      const row = await store.run(run);
      return row && stateOf(row);
    },
    async openRuns() {
      const states: FlowState[] = [];
      for await (const page of openRuns(store)) states.push(...page.map(stateOf));
      return states;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
