import {
  artifactsOf,
  type Checker,
  type Clock,
  type Extractor,
  type Logger,
  type Pipeline,
  type TaskPayload,
  taskPayloadType,
} from "@tasuki/contracts";
import { parseTask, payloadOf, type Trust } from "@tasuki/evidence";
import type { RunRow, Store } from "@tasuki/store";
import type { BusClient } from "../client/bus-client.ts";
import type { Worker } from "../consumer/worker.ts";
import type { NodeConfig } from "../node/node-config.ts";
import type { Orchestrator } from "../node/node.ts";
import type { Notary } from "../node/notary.ts";
import { contractDigests } from "../status/contract-digests.ts";
import { closingCheck } from "./closing.ts";
import { follow } from "./follower.ts";
import { createMainWorker } from "./main-worker.ts";
import { newFlow } from "./new-flow.ts";
import { createOrchestrator } from "./orchestrator.ts";
import { followOwnFeed } from "./own-feed.ts";
import { pull } from "./pull.ts";
import { createEntryReader } from "./read-entry.ts";
import type { FlowState, FlowWant } from "./run-flow.ts";
import { startRunClocks } from "./run-clocks.ts";
import { createRunSteps, toRunRow } from "./run-steps.ts";
import { verify } from "./verify.ts";
import { createWaitingIntakes } from "./waiting-intakes.ts";
import { createWantRunner } from "./want-runner.ts";

export interface MainDeps {
  readonly store: Store;
  readonly notary: Notary;
  readonly trust: Trust;
  readonly roster: NodeConfig["roster"];
  readonly clientFor: (role: string) => BusClient;
  readonly pipeline: Pipeline;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly logger: Logger;
  readonly extractor: Extractor;
  readonly checker: Checker;
  /** The data folder. */
  readonly data: string;
  /** Readable pictures of the store; writing one again changes nothing. */
  readonly projections: { archive(run: string): Promise<unknown> };
  /** This node's name; the role's by default. */
  readonly node?: string;
}

export interface Main extends AsyncDisposable {
  /** Does `run` and the last hop's `work`. */
  readonly worker: Worker;
  readonly orchestrator: Orchestrator;
  /** The row of a run that is being accepted: to be committed with its task. */
  newRun(payload: TaskPayload, context: { now: number; acceptedDigest?: string; brief: string }): RunRow;
  /** Begins to follow feeds and to do what open runs want. Nothing is sent or read before. */
  start(): void;
}

// Children are what pulls and checks cost; two keep both cores of a small machine busy without starving the bus.
const wantsAtOnce = 2;
const backoff = (repetition: number): number => Math.min(250 * 2 ** (repetition - 1), 5_000);

/** Main's part of the relay: what only main does, behind ports. Everything it needs after a crash is in the store. */
export function createMain(deps: MainDeps): Main {
  const { store, roster, clock, logger, pipeline, clientFor, projections, node = "main" } = deps;
  const ended = new AbortController();
  const steps = createRunSteps(deps);
  const intakes = createWaitingIntakes(deps);
  const context = { ...deps, steps, onUnseen: (task: string) => intakes.add(task) };
  const nodeOf = (role: string): string | undefined => (role in roster ? (roster[role]?.node ?? role) : undefined);
  const sent = (run: string, digest: string): TaskPayload | undefined => {
    const envelope = store.envelope(run, digest);
    // A script's `run` is bare: its bytes are no whole task.
    const isSent = envelope?.payloadType === taskPayloadType && envelope.signatures.length > 0;
    return isSent ? parseTask(payloadOf(envelope)) : undefined;
  };
  const read = createEntryReader({ ...deps, nodeOf, sent });
  const digests = contractDigests(artifactsOf(pipeline));

  const perform = async (state: FlowState, want: FlowWant, signal: AbortSignal): Promise<void> => {
    switch (want.want) {
      case "pull":
        return pull(context, state, { want, signal });
      case "check": {
        const unmet = await verify(deps, state, { stages: [want.stage], signal });
        return steps.apply({ facts: [{ run: state.id, event: { is: "checked", stage: want.stage, epoch: want.epoch, unmet } }] });
      }
      case "closing-check":
        return closingCheck(context, state, signal);
    }
  };
  const runner = createWantRunner({ state: (run) => steps.state(run), perform, limit: wantsAtOnce, backoff, logger });
  const archiving = new Set<Promise<unknown>>();
  const archive = (run: string): void => {
    const writing = projections
      .archive(run)
      .catch((error: unknown) =>
        logger.error({ run, err: error }, "the archive could not be written; it is written again at the next start"),
      )
      .finally(() => archiving.delete(writing));
    archiving.add(writing);
  };
  const clocks = startRunClocks(context);
  steps.onChange((state) => {
    runner.wake(state.id);
    if (state.state === "closed") archive(state.id);
  });

  let following: Promise<unknown> = Promise.resolve();
  let own: AsyncDisposable | undefined;
  return {
    worker: createMainWorker(context),
    orchestrator: createOrchestrator(context),
    newRun: (payload, { now, acceptedDigest, brief }) =>
      toRunRow(
        newFlow({
          payload,
          brief,
          route: pipeline.roles.map((role) => role.name),
          now,
          ...(acceptedDigest !== undefined && { accepted: acceptedDigest }),
        }),
      ),
    start() {
      own = followOwnFeed({ node, store, steps, read, logger });
      const roles = pipeline.roles.flatMap(({ name }) => {
        const at = nodeOf(name);
        if (at === undefined) logger.error({ peer: name }, "the roster has no address of a role of the pipeline; runs will wait for it");
        return at === undefined ? [] : [{ role: name, node: at }];
      });
      following = Promise.all(
        roles.map((role) =>
          follow({ ...role, client: clientFor(role.role), store, steps, read, clock, logger, backoff, digests }, ended.signal),
        ),
      );
      intakes.start();
      clocks.start();
      for (const run of steps.openRuns()) runner.wake(run.id);
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await own?.[Symbol.asyncDispose]();
      await following;
      await clocks[Symbol.asyncDispose]();
      await intakes[Symbol.asyncDispose]();
      await runner[Symbol.asyncDispose]();
      await Promise.all(archiving);
    },
  };
}
