import { type Health, longestClock } from "@tasuki/protocol";
import { createNotary, type Signer, type Trust } from "@tasuki/evidence";
import { createProjections } from "../projections/projections.ts";
import { createDiskFloor, type DiskFloor, type OpenStore, type OutboxRow } from "@tasuki/store";
import { createTaskHandler } from "../accept/create-task-handler.ts";
import { type BusClient, type BusHandlers, type Identity, nodesOfRole } from "@tasuki/bus";
import { createConsumer } from "../consumer/create-consumer.ts";
import { createQuarantine } from "../consumer/quarantine.ts";
import { createOutbox } from "../outbox/create-outbox.ts";
import { type ClockSkews, createClockSkews, withSkews } from "../status/clock-skews.ts";
import { createHealth } from "../status/create-health.ts";
import { createStatus } from "../status/create-status.ts";
import { pulledTasks } from "../orchestrator/pull.ts";
import { stateOf } from "../orchestrator/run-row.ts";
import { toRunStatus } from "@tasuki/flow";
import { createBackground } from "../loop/background.ts";
import { createNodeWork } from "./node-work.ts";
import type { NodeOptions } from "./node.ts";
import type { Orchestrator } from "../orchestrator/orchestrator.ts";

/** Parts of a node that are opened for it: its memory, its key, the others' keys, and the way to them. */
export interface NodeParts {
  readonly node: string;
  readonly store: OpenStore;
  readonly signer: Signer;
  readonly trust: Trust;
  readonly identity: Pick<Identity, "provider" | "state">;
  /** State of the policy file, for `/health`. */
  readonly policyState: () => NonNullable<Health["policy"]>;
  /** Bytes that may still be written to the disk of the data folder; where they are not known, its floor is not watched. */
  readonly freeBytes?: () => Promise<number>;
  /** Client of a node. Throws `unknown_role` where the roster has no address. */
  readonly clientFor: (node: string) => BusClient;
  /** Skews of other nodes' clocks, where whoever made the clients reads them. */
  readonly skews?: ClockSkews;
  /** Makes a UUIDv7. */
  readonly newId: () => string;
  /** Makes a salt: 128 random bits, as 32 hexadecimal digits. */
  readonly salt: () => string;
}

/** Node without listeners. Disposing stops consumer, outbox, main's flow and projections; the parts stay open. */
export interface ComposedNode extends AsyncDisposable {
  readonly handlers: BusHandlers;
  readonly diskFloor: DiskFloor;
  /** Main only. */
  readonly orchestrator?: Orchestrator;
  /** Starts to claim, to deliver and to follow. Called once, when others can reach the handlers. */
  start(): void;
}

/** Milliseconds that an upload may lie here without a task that names it. */
const unnamedMs = 24 * 3_600_000;
/** Milliseconds in which main says a word of work that it has given out: longer than any clock of a run. */
const unprovenMs = longestClock;
const pollTimes = { firstMs: 1_000, everyMs: 1_000 };
// The first look comes a minute after the start, which has better things to do than to go through all of its history.
const hourly = { firstMs: 60_000, everyMs: 3_600_000 };

/** Composes one node, for any transport. Throws `invalid_state` where an executor, an extractor or a checker that it needs is missing. */
export function composeNode(options: NodeOptions, parts: NodeParts): ComposedNode {
  const { role, pipeline, data, config, clock, random, logger, version } = options;
  const { node, store, signer, trust, identity, clientFor, salt } = parts;
  const { limits, roster } = config;
  const stack = new AsyncDisposableStack();

  const notary = createNotary({ node, role, instance: store.instance, signer, clock, salt });
  const background = stack.use(createBackground(options));
  const project = (task: string): void => background.begin("the picture of a task", () => projections.task(task));
  const nodeFor = ({ to, node: placed }: Pick<OutboxRow, "to" | "node">): string => placed ?? nodesOfRole(roster, to)[0] ?? to;

  const { freeBytes = async () => Number.MAX_SAFE_INTEGER } = parts;
  const diskFloor = createDiskFloor({ freeBytes, floor: limits.minFreeBytes, clock, logger });
  const projections = createProjections({ folder: data, store, logger, diskFloor });
  const { skews = createClockSkews({ boundMs: limits.clockSkewMs, logger }) } = parts;
  const base = { ...options, ...parts, skews, notary, roster, projections, diskFloor };
  const quarantine = createQuarantine(base);
  const work = createNodeWork(base);
  stack.defer(() => work.end());
  if (work.main) stack.use(work.main);
  const outbox = stack.use(
    createOutbox({
      store,
      notary,
      trust,
      nodeFor,
      clientFor,
      clock,
      random,
      logger,
      onSettled: ({ carries }) => carries && project(carries),
    }),
  );
  const consumer = stack.use(
    createConsumer({
      store,
      notary,
      worker: work.worker,
      data,
      clock,
      random,
      logger,
      limits,
      onEnded: project,
      sweep: work.sweep,
      begin: work.begin,
      quarantine,
    }),
  );

  let isStoreFailing = false;
  store.failed.catch(() => (isStoreFailing = true));
  const { main } = work;
  const handlers: BusHandlers = {
    task: createTaskHandler({
      ...base,
      store: {
        ...store,
        accept(request, seal) {
          const accepted = store.accept(request, seal);
          consumer.claimAlong(request.payload.kind);
          return accepted;
        },
      },
      queueLimit: limits.queue,
      isAtWork: (run) => consumer.isAtWork(run),
      onAccepted({ id, kind, run }) {
        if (kind === "run") logger.info({ run }, "a run has begun");
        if (kind === "close") background.begin("the archive of a run", () => projections.archive(run), { run });
        // Tasks of other kinds bring no files.
        else if (kind === "run" || kind === "work") project(id);
      },
      ...(main && { runs: main }),
    }),
    ...createStatus({
      node,
      role,
      store,
      pipeline,
      queueLimit: limits.queue,
      foreignFiles: (run) => projections.foreignFiles(run),
      quarantined: (run) => quarantine.list(run),
      ...(main && { runs: { toStatus: (row) => withSkews(toRunStatus(stateOf(row)), skews), pulledTasks } }),
    }),
    health: createHealth({
      node,
      role,
      version,
      pipeline,
      store,
      isStoreFailing: () => isStoreFailing,
      identity,
      clock,
      policy: parts.policyState,
      executor: options.executor?.name,
      skews,
    }),
  };

  const giveUpUnproven = async (): Promise<void> => {
    for (const run of await store.giveUpUnproven(clock.now() - unprovenMs)) {
      logger.warn({ run }, "main has said nothing of this run: the work of it is given up, and its files");
      await projections.forget(run);
    }
  };

  return {
    handlers,
    diskFloor,
    ...(main && { orchestrator: main.orchestrator }),
    start() {
      // Children carry this boot from the first one on, which a check of main's may need. What fails is told by the consumer.
      work.begin().catch(() => undefined);
      main?.start();
      outbox.start();
      consumer.start();
      background.begin("the pictures that are missing", async () => {
        for (const id of await projections.rebuild())
          background.putOff("the pictures of a task", () => projections.restore(id), { task: id });
      });
      if (store.poll !== undefined) background.repeat("the poll of the store", store.poll, pollTimes);
      background.repeat("the sweep of unnamed uploads", () => store.sweepBlobs(clock.now() - unnamedMs), hourly);
      background.repeat("the sweep of work of which main has said nothing", giveUpUnproven, hourly);
      background.repeat("the look for foreign files", () => projections.foreignFiles(), hourly);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
