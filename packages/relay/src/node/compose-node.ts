import type { Health } from "@tasuki/contracts";
import type { Signer, Trust } from "@tasuki/evidence";
import { createProjections, type OpenStore } from "@tasuki/store";
import { createTaskHandler } from "../accept/create-task-handler.ts";
import type { BusHandlers } from "../bus/bus-handlers.ts";
import type { BusClient } from "../client/bus-client.ts";
import { createConsumer } from "../consumer/create-consumer.ts";
import { createQuarantine } from "../consumer/quarantine.ts";
import type { Identity } from "../identity/identity.ts";
import { createOutbox } from "../outbox/create-outbox.ts";
import { createHealth } from "../status/create-health.ts";
import { createStatus } from "../status/create-status.ts";
import { filesOfRun } from "../status/run-files.ts";
import { createBackground } from "./background.ts";
import { createNotary } from "./create-notary.ts";
import { createShortcutLog } from "./create-shortcut-log.ts";
import { createDiskFloor, type DiskFloor } from "./disk-floor.ts";
import { createNodeWork } from "./node-work.ts";
import type { NodeOptions, Orchestrator } from "./node.ts";
import { startSweeping } from "./start-sweeping.ts";

/** What a node needs of its surroundings, opened: its memory, its key, the others' keys, and the way to them. */
export interface NodeParts {
  readonly node: string;
  readonly store: OpenStore;
  readonly signer: Signer;
  readonly trust: Trust;
  readonly identity: Pick<Identity, "provider" | "state">;
  /** What `/health` says of the policy file. */
  readonly policyState: () => NonNullable<Health["policy"]>;
  /** Bytes that may still be written to the disk of the data folder; where it is not known, its floor is not watched. */
  readonly freeBytes?: () => Promise<number>;
  /** Throws `unknown_role` where the roster has no address. */
  readonly clientFor: (role: string) => BusClient;
  /** A new UUIDv7. */
  readonly newId: () => string;
}

/** A node without doors. Disposing stops consumer, outbox, main's flow and projections; the parts stay open. */
export interface ComposedNode extends AsyncDisposable {
  readonly handlers: BusHandlers;
  readonly diskFloor: DiskFloor;
  /** Main only. */
  readonly orchestrator?: Orchestrator;
  /** Begins to work: to claim, to deliver, to follow. Called once, when others can reach the handlers. */
  start(): void;
}

/** Wires one node: the same for any transport. Throws `invalid_state` where it lacks what it works with. */
export function composeNode(options: NodeOptions, parts: NodeParts): ComposedNode {
  const { role, pipeline, data, config, clock, random, logger, version } = options;
  const { node, store, signer, trust, identity, clientFor } = parts;
  const { limits, roster } = config;
  const stack = new AsyncDisposableStack();

  const notary = createNotary({ node, role, instance: store.instance, signer, clock });
  const projections = createProjections({ folder: data, store, logger });
  const background = stack.use(createBackground(logger));
  const project = (task: string): void => background.run("the picture of a task", () => projections.task(task));
  const shortcuts = createShortcutLog({ look: () => projections.shortcuts(), logger });
  const nodeOf = (name: string): string => roster[name]?.node ?? name;

  const { freeBytes = async () => Number.MAX_SAFE_INTEGER } = parts;
  const diskFloor = createDiskFloor({ freeBytes, floor: limits.minFreeBytes, clock, logger });
  const base = { ...options, ...parts, notary, roster, projections, diskFloor };
  const quarantine = createQuarantine(base);
  const work = createNodeWork(base);
  if (work.main) stack.use(work.main);
  const outbox = stack.use(
    createOutbox({
      store,
      notary,
      trust,
      nodeOf,
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
      quarantine,
    }),
  );

  let isStoreFailing = false;
  store.failed.catch(() => (isStoreFailing = true));
  const { main } = work;
  const handlers: BusHandlers = {
    task: createTaskHandler({
      ...base,
      nodeOf,
      isInRoster: (name) => name in roster,
      queueLimit: limits.queue,
      onAccepted({ id, kind, run }) {
        if (kind === "close") background.run("the archive of a run", () => projections.archive(run));
        // The others bring no files.
        else if (kind === "run" || kind === "work") project(id);
      },
      ...(main && { newRun: (payload, context) => main.newRun(payload, context) }),
    }),
    ...createStatus({
      node,
      role,
      store,
      pipeline,
      queueLimit: limits.queue,
      shortcuts,
      quarantined: (run) => quarantine.list(run),
      ...(main && { runs: { status: (run) => main.orchestrator.run(run), files: (run) => filesOfRun(store, run) } }),
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
    }),
  };

  return {
    handlers,
    diskFloor,
    ...(main && { orchestrator: main.orchestrator }),
    start() {
      main?.start();
      outbox.start();
      consumer.start();
      background.run("the pictures that are missing", () => projections.rebuild());
      stack.use(startSweeping({ store, clock, background, shortcuts }));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
