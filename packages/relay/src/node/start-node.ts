import { randomUUIDv7 } from "node:crypto";
import { join } from "node:path";
import { openKeys, openTrust } from "@tasuki/evidence";
import { createProjections, openStore } from "@tasuki/store";
import { createTaskHandler } from "../accept/create-task-handler.ts";
import { createBusApp } from "../bus/bus-app.ts";
import type { BusHandlers } from "../bus/bus-handlers.ts";
import { listenBus, listenSocket } from "../bus/listen.ts";
import { createConsumer } from "../consumer/create-consumer.ts";
import { createLoopbackIdentity } from "../identity/loopback-identity.ts";
import { localCaller } from "../identity/local-caller.ts";
import { createOutbox } from "../outbox/create-outbox.ts";
import { parsePolicy } from "../permission/policy.ts";
import { createHealth } from "../status/create-health.ts";
import { createStatus } from "../status/create-status.ts";
import { filesOfRun } from "../status/run-files.ts";
import { createBackground } from "./background.ts";
import { createClients } from "./create-clients.ts";
import { createNotary } from "./create-notary.ts";
import { createNodeWork } from "./node-work.ts";
import type { NodeOptions, RunningNode } from "./node.ts";
import { startSweeping } from "./start-sweeping.ts";

/**
 * Composes one node and starts it: store, keys, trust, policy, identity; then it listens, then it works. Rejects with `TasukiError` that
 * says what to mend. Disposing ends it in order: subscriptions and listeners, consumer, outbox, main's flow, projections, store.
 */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const { role, pipeline, data, config, clock, random, logger, version } = options;
  const { limits, roster } = config;
  const node = config.node ?? role;
  const newId = (): string => randomUUIDv7();
  await using opened = new AsyncDisposableStack();

  const policy = parsePolicy(options.policy);
  const store = opened.use(await openStore({ folder: data, clock, newId, logger }));
  const keys = await openKeys(join(data, "keys"));
  const trust = await openTrust(join(data, "trust"));
  const identity = opened.use(createLoopbackIdentity({ folder: join(data, "identity"), role, policy, roster }));
  const notary = createNotary({ node, role, instance: store.instance, signer: keys.receipt, clock });
  const projections = createProjections({ folder: data, store, logger });
  const background = opened.use(createBackground(logger));
  const project = (task: string): void => background.run("the picture of a task", () => projections.task(task));
  const nodeOf = (name: string): string => roster[name]?.node ?? name;
  const clientFor = createClients({ roster, identity, random });

  const base = { ...options, node, store, notary, trust, roster, clientFor, newId, projections };
  const work = createNodeWork(base);
  if (work.main) opened.use(work.main);
  const outbox = opened.use(
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
  const consumer = opened.use(
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
      ...(work.sweep && { sweep: work.sweep }),
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
      onAccepted: ({ id, kind, run }) =>
        kind === "close" ? background.run("the archive of a run", () => projections.archive(run)) : project(id),
      ...(main && { newRun: (payload, context) => main.newRun(payload, context) }),
    }),
    ...createStatus({
      node,
      role,
      store,
      pipeline,
      queueLimit: limits.queue,
      shortcuts: () => projections.shortcuts(),
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
      executor: options.executor?.name,
    }),
  };

  const local = localCaller(policy, role);
  const app = { role, pipeline, handlers, store, logger, clock };
  const localBus = createBusApp({ ...app, identify: async () => local, allowedHosts: () => ["localhost"] });
  const socket = opened.use(await listenSocket({ app: localBus, path: join(data, "bus.sock") }));
  const { host, port } = config.listen;
  let hosts: readonly string[] = [];
  const bus = opened.use(
    await listenBus({
      app: createBusApp({
        ...app,
        identify: ({ socket: { remoteAddress = "", remotePort = 0 }, headers: { authorization } }) =>
          identity.identify({ address: remoteAddress, port: remotePort, authorization }),
        allowedHosts: () => hosts,
      }),
      host,
      port,
    }),
  );
  hosts = [new URL(bus.url).host, `localhost:${bus.port}`];

  main?.start();
  outbox.start();
  consumer.start();
  background.run("the pictures that are missing", () => projections.rebuild());
  opened.use(startSweeping({ store, clock, background }));

  const failed = Promise.race([store.failed, bus.failed, socket.failed]);
  failed.catch(() => undefined);
  const stack = opened.move();
  return {
    role,
    node,
    url: bus.url,
    store,
    handlers,
    local,
    localBus,
    ...(main && { orchestrator: main.orchestrator }),
    failed,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
