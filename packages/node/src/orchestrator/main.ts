import {
  artifactsOnWire,
  type Checker,
  type Judge,
  type Clock,
  clockTable,
  contractDigests,
  createBackoff,
  defaultProfile,
  type Extractor,
  hasEnded,
  limitLogger,
  type Logger,
  type Pipeline,
  type SteerRequest,
  type TaskPayload,
} from "@tasuki/protocol";
import type { Notary, Trust } from "@tasuki/evidence";
import type { DiskFloor, RunRow, Store } from "@tasuki/store";
import { type BusClient, nodesOfRole, type Roster } from "@tasuki/bus";
import type { Worker } from "../consumer/worker.ts";
import type { ClockSkews } from "../status/clock-skews.ts";
import { createBackground } from "../loop/background.ts";
import { createLoop, retryBounds } from "../loop/create-loop.ts";
import type { Orchestrator } from "./orchestrator.ts";
import { createArchivesAwaited } from "./archives-awaited.ts";
import { createEvidenceBudget } from "./evidence-budget.ts";
import { followFeed } from "./follow-feed.ts";
import { createMainWorker } from "./main-worker.ts";
import { newFlow, planNudge, refusalOf } from "@tasuki/flow";
import { createOrchestrator } from "./create-orchestrator.ts";
import { logRun } from "./log-run.ts";
import { followOwnFeed } from "./follow-own-feed.ts";
import { openRuns } from "./open-runs.ts";
import { nodeOf } from "./placement.ts";
import { performWant } from "./perform-want.ts";
import { WrongAnswer } from "./pull.ts";
import { createEntryReader } from "./read-entry.ts";
import { createRunClocks } from "./run-clocks.ts";
import { standbyFor } from "./standby.ts";
import { createReachability } from "./reachability.ts";
import { hasLongClocks, stateOf, toRunRow } from "./run-row.ts";
import { createRunSteps } from "./run-steps.ts";
import { createWaitingIntakes } from "./waiting-intakes.ts";
import { failureOf, isCheckResult } from "./want-failure.ts";
import { createWantLoop } from "./want-loop.ts";

export interface MainDeps {
  readonly store: Store;
  readonly notary: Notary;
  readonly trust: Trust;
  readonly roster: Roster;
  readonly clientFor: (node: string) => BusClient;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly newId: () => string;
  readonly logger: Logger;
  readonly extractor: Extractor;
  readonly checker: Checker;
  readonly judge: Judge;
  /** Data folder of the node. */
  readonly data: string;
  readonly diskFloor: DiskFloor;
  /** Projections of the store; writing one again changes nothing. */
  readonly projections: { archive(run: string): Promise<unknown> };
  readonly skews: ClockSkews;
  /** Name of the node; the role's by default. */
  readonly node?: string;
}

export interface Main extends AsyncDisposable {
  /** Worker for main's own tasks: `run`, and the last hop's `work`. */
  readonly worker: Worker;
  readonly orchestrator: Orchestrator;
  /** Makes the row of a run that is being accepted, to be committed with its task. */
  newRun(payload: TaskPayload, context: { now: number; brief: string }): RunRow;
  /** True for the row of a run that closes or has ended. */
  isOver(row: RunRow): boolean;
  /** Reason why a nudge or a cancel of a run is not taken from a script; undefined where it is. */
  refusal(row: RunRow, kind: SteerRequest["kind"]): string | undefined;
  /** Starts to follow feeds and to do what open runs want. Nothing is sent or read before. */
  start(): void;
}

// Number of checks at once. Each is a child process; two keep both cores of a small machine busy without starving the bus.
const checksAtOnce = 2;
// Number of pulls from one node at once.
const pullsAtOnce = 2;

/** Main: the part of a node that only main has, behind ports. Everything that it needs after a crash is in the store. */
export function createMain(deps: MainDeps): Main {
  const { store, roster, clock, logger, pipeline, clientFor, projections, diskFloor, node = "main" } = deps;
  const ended = new AbortController();
  const steps = createRunSteps(deps);
  const budget = createEvidenceBudget();
  const backoff = createBackoff({ ...retryBounds, random: deps.random });
  const intakes = createWaitingIntakes({ ...deps, backoff });
  const reachability = createReachability({ tell: (node, is) => steps.tellReachable(node, is), backoff, clock, logger });
  const context = { ...deps, steps, reachability, backoff, onUnseen: (task: string) => intakes.add(task) };
  const route = pipeline.roles.map((role) => role.name);
  const relayClocks = {
    pipeline: pipeline.clocks,
    roles: Object.fromEntries(pipeline.roles.flatMap(({ name, clocks }) => (clocks === undefined ? [] : [[name, clocks]]))),
  };
  const ofPeer = new Map(Object.keys(roster).map((peer) => [peer, limitLogger(logger, clock)]));
  const loggerOf = (peer: string): Logger => ofPeer.get(peer) ?? logger;
  const read = createEntryReader({
    ...deps,
    node,
    loggerOf,
    kept: (run, digests) => store.envelopes(run, digests),
    placeOf: (run) => steps.state(run),
    budget,
    evidence: async (run) => (await store.evidenceOf(run)).envelopes,
  });
  const digests = contractDigests(artifactsOnWire(pipeline));

  const wanted = createWantLoop({
    ...context,
    state: (run) => steps.state(run),
    perform: (state, want, signal) => performWant(context, state, { want, signal }),
    giveUp: ({ id }, want, error) => steps.apply({ facts: [{ run: id, event: failureOf(want, error) }] }),
    isResult: ({ want }, error) => (want === "pull" ? error instanceof WrongAnswer : isCheckResult(error)),
    placeOf: (state, want) =>
      want.want === "pull"
        ? { place: `pull from ${nodeOf(state, want.stage, roster)}`, limit: pullsAtOnce }
        : { place: "check", limit: checksAtOnce },
    deadlineMs: clockTable.want.default,
    loggerOf: (state, want) => (want.want === "pull" ? loggerOf(nodeOf(state, want.stage, roster) ?? want.stage) : logger),
  });
  const background = createBackground(deps);
  const archives = createArchivesAwaited(roster);
  const clocks = createRunClocks({ ...context, standbyFor: (state, stage) => standbyFor(context, state, stage) });
  steps.onChange((state, before) => {
    logRun({ main: logger, ofStage: (stage) => loggerOf(nodeOf(state, stage, roster) ?? stage) }, before, state);
    wanted.wake(state);
    archives.see(state);
    if (hasEnded(state)) budget.forget(state.id);
    if (state.state === "closed") background.begin("the archive of a run", () => projections.archive(state.id), { run: state.id });
  });

  /** Shows a run's node as unreachable that the roster does not have any more. */
  const lose = (gone: string, run: string): void => {
    logger.error({ peer: gone, run }, "a run stands on a node that the roster does not have any more: add it again, or cancel the run");
    reachability.set(gone, false);
  };
  /** Look for what open runs want at the start, which is made until it succeeds; later each run is looked at when it changes. */
  const first = createLoop({
    async pass() {
      for await (const page of openRuns(store))
        for (const row of page) {
          const state = stateOf(row);
          if (hasLongClocks(row)) logger.warn({ run: row.id }, "the clocks of a run are longer than any may be; they are clipped");
          for (const gone of Object.values(state.nodes).filter((one) => one !== node && !Object.hasOwn(roster, one))) lose(gone, state.id);
          wanted.wake(state);
          archives.see(state);
        }
    },
    backoff,
    logger,
    failure: "open runs could not be looked through; it is tried again",
  });
  let following: Promise<unknown> = Promise.resolve();
  let own: AsyncDisposable | undefined;
  return {
    worker: createMainWorker(context),
    orchestrator: createOrchestrator(context),
    newRun: (payload, { now, brief }) =>
      toRunRow(
        newFlow({
          payload,
          profile: payload.profile ?? defaultProfile(pipeline, brief),
          brief,
          route,
          relayClocks,
          now,
        }),
        0,
      ),
    isOver: (row) => stateOf(row).state !== "open",
    refusal(row, kind) {
      const state = stateOf(row);
      if (kind === "cancel") return refusalOf(state, { is: "cancel", by: "" });
      const plan = planNudge(state);
      return "refused" in plan ? plan.refused : undefined;
    },
    start() {
      own = followOwnFeed({ node, store, steps, read, clock, backoff, logger });
      const nodes = pipeline.roles.flatMap(({ name: role }) => {
        const listed = nodesOfRole(roster, role);
        if (listed.length === 0) logger.error({ peer: role }, "the roster has no node of a role of the pipeline; runs will wait for it");
        return listed.map((one) => ({ role, node: one }));
      });
      following = Promise.all(
        nodes.map((one) =>
          followFeed(
            {
              ...one,
              client: clientFor(one.node),
              store,
              steps,
              reachability,
              trust: deps.trust,
              read,
              clock,
              logger: loggerOf(one.node),
              backoff,
              digests,
              skews: deps.skews,
              diskFloor,
              untilAwaited: (signal) => archives.untilAwaited(one.node, signal),
            },
            ended.signal,
          ),
        ),
      );
      intakes.start();
      clocks.start();
      first.start();
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await first[Symbol.asyncDispose]();
      await own?.[Symbol.asyncDispose]();
      await following;
      await reachability[Symbol.asyncDispose]();
      await clocks[Symbol.asyncDispose]();
      await intakes[Symbol.asyncDispose]();
      await wanted[Symbol.asyncDispose]();
      await background[Symbol.asyncDispose]();
    },
  };
}
