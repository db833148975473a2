import type { Logger, Pipeline } from "@tasuki/protocol";
import { judgeAtOnce } from "@tasuki/protocol/testing";
import type { Trust } from "@tasuki/evidence";
import { type ComposedNode, composeNode, NodeConfig } from "@tasuki/node";
import type { Caller } from "@tasuki/bus";
import { createDirectBus, createDirectClient, type DirectBus, type Passage } from "@tasuki/bus/testing";
import { openStore } from "@tasuki/store";
import { lateStore } from "@tasuki/store/testing";
import { z } from "zod";
import { createIds, createSalts } from "./ids.ts";
import { signerOf } from "./keys.ts";
import { type Boot, createBoot, type Mishaps, never, within } from "./machine/boot.ts";
import { createDisk, type Disk } from "./machine/disk.ts";
import type { Liar } from "./liar/liar.ts";
import { forgedPassage } from "./machine/forger.ts";
import type { Network } from "./machine/network.ts";
import { setTimeout as delay } from "./machine/timers-promises.ts";
import type { VirtualTime } from "./machine/virtual-time.ts";
import { policyOf } from "./policy.ts";
import type { Random } from "./random.ts";
import { type WatchedStore, watchRuns } from "./watch-runs.ts";
import type { Work } from "./work.ts";

/** Time at which the simulation begins, milliseconds since 1970. */
export const epochStart = Date.UTC(2026, 0, 1);
/** The principal of the simulated people and scripts. */
export const operator = "operator";

/** Parts that run on a machine while its node is up. */
export interface Running extends WatchedStore {
  readonly boot: Boot;
  readonly node: ComposedNode;
}

export interface SimulatedNode {
  readonly name: string;
  readonly role: string;
  /** Undefined while it is down, or still opening its store. */
  running(): Running | undefined;
  /** Starts the node's process, unless there is one. */
  start(): void;
  /** kill -9; with `power` the machine loses what was not synced, too. It starts again by itself, not before it was `off` for so long, milliseconds. */
  kill(power: boolean, off?: number): void;
  /** Its process is stopped (SIGSTOP) for so long, milliseconds, or until it is told to go on. */
  stop(ms: number): void;
  goOn(): void;
  /** Its machine is replaced: same keys, empty data folder. */
  replace(): void;
  readonly wasReplaced: () => boolean;
  /** The simulation is over. */
  end(): void;
  /** Milliseconds that its clock is ahead. */
  skew: number;
  readonly disk: Disk;
}

export interface RelayDeps {
  readonly pipeline: Pipeline;
  /** Roles of the nodes, by name. */
  readonly names: ReadonlyMap<string, string>;
  readonly trust: Trust;
  readonly time: VirtualTime;
  readonly network: Network;
  readonly random: Random;
  readonly work: (role: string) => Work;
  readonly mishaps: (node: string) => Mishaps;
  /** Time from the death of a node's process to its next start, milliseconds. */
  readonly restartAfter: (node: string) => number;
  /** True where somebody in between answers a task that a node sends. */
  readonly forges: () => boolean;
  /** The node that lies, if there is one. */
  readonly liar: Liar | undefined;
  readonly onStart: (node: Pick<SimulatedNode, "name" | "role">, running: Running) => void;
  readonly onDeath: (node: string) => void;
  /** Called where a node's process ends by itself, with an error. */
  readonly onFailure: (node: string, error: unknown) => void;
  /** True where every store answers late, and keeps announcements back until it is polled, as one over a wire may. */
  readonly hasLateStores: boolean;
  readonly logger: (node: string) => Logger;
}

/** Share of nodes whose bus is of an earlier release. */
const shareEarlier = 0.25;

/** Bus that looks at no file which travels with a task, as those of earlier releases. */
function earlierBus(bus: DirectBus): DirectBus {
  const withoutFiles = (body: string): string => {
    const { files: _, ...rest } = z.looseObject({ files: z.unknown().optional() }).parse(JSON.parse(body));
    return JSON.stringify(rest);
  };
  return { ...bus, call: (verb, body, caller) => bus.call(verb, verb === "task" ? withoutFiles(body) : body, caller) };
}

/** Every node as its own process on its own machine, wired as `startNode` wires it; only the machine is not real. */
export function createRelay(deps: RelayDeps): ReadonlyMap<string, SimulatedNode> {
  return new Map([...deps.names].map(([name, role]) => [name, createNode(deps, { name, role })]));
}

function createNode(deps: RelayDeps, { name, role }: { name: string; role: string }): SimulatedNode {
  const { pipeline, names, time, network } = deps;
  const random = deps.random.fork(name);
  const late = deps.random.fork(`${name} late`);
  const isEarlier = deps.random.fork(`${name} release`).chance(shareEarlier);
  const trust: Trust = {
    ...deps.trust,
    // Another thread is done when it is done: that is chance, and here the seed's.
    async verifyAside(node, bytes, signature) {
      await delay(random.integer(1, 5));
      return deps.trust.verify(node, bytes, signature);
    },
  };
  const logger = deps.logger(name);
  const work = deps.work(role);
  const { policy, text, policyState } = policyOf(pipeline);
  const clock = { now: () => epochStart + time.now() + node.skew, monotonic: () => time.now() };
  const newId = createIds(clock.now, random);
  const salt = createSalts(random.fork("salts"));
  const signer = signerOf(name);
  const roster = Object.fromEntries([...names].map(([other, of]) => [other, { role: of, url: `http://${other}.invalid` }]));
  const toCaller = (from: string, of: string): Caller => {
    const permissions = policy.permissionsFor({ tags: [`tag:tasuki-${of}`] }, role);
    return { principal: `node:${from}`, roles: [of], nodes: [from], permissions };
  };
  const callerOf = (from: string) =>
    from === operator
      ? { principal: "ops:simulated", roles: [], nodes: [], permissions: policy.permissionsFor({ groups: ["group:tasuki-ops"] }, role) }
      : toCaller(from, names.get(from) ?? from);
  let disk = createDisk();
  const disks = [disk];
  let boot: Boot | undefined;
  let running: Running | undefined;
  let hasEnded = false;
  let offFor = 0;

  const run = async (own: Boot): Promise<void> => {
    const opened = await openStore({ folder: "/data", clock, newId, logger });
    if (!own.isAlive()) return never();
    const { store, changingRuns } = watchRuns(opened);
    const used = deps.hasLateStores ? lateStore(store, { random: () => late.next() }) : store;
    const clients = new Map<string, ReturnType<typeof createDirectClient>>();
    const composed = composeNode(
      {
        role,
        pipeline,
        data: "/data",
        config: NodeConfig.parse({ node: name, listen: { port: 0 }, roster }),
        policy: text,
        clock,
        random: () => random.next(),
        logger,
        version: "0",
        judge: judgeAtOnce,
        ...work,
      },
      {
        node: name,
        store: used,
        signer,
        trust,
        policyState,
        identity: { provider: "loopback", state: () => "ok" },
        clientFor(to) {
          const passage = (): Passage => forgedPassage(network.passage(own, to), { to, forges: deps.forges, now: clock.now });
          const client = clients.get(to) ?? createDirectClient({ passage: passage(), random: () => random.next() });
          clients.set(to, client);
          return client;
        },
        newId,
        salt,
        freeBytes: async () => (own.disk.full && own.disk.saysSo ? 0 : Number.MAX_SAFE_INTEGER),
      },
    );
    const started = (running = { boot: own, store, node: composed, changingRuns });
    deps.onStart({ name, role }, started);
    const present = createDirectBus({ role, pipeline, handlers: composed.handlers, store: used, clock });
    const bus = isEarlier ? earlierBus(present) : present;
    const { liar } = deps;
    const passage = (to: string): Passage => network.passage(own, to);
    network.attach(name, {
      boot: own,
      callerOf,
      bus: liar?.node === name ? liar.over({ bus, role, store, clock, passage }) : bus,
    });
    composed.start();
    await store.failed;
  };

  const node: SimulatedNode = {
    name,
    role,
    skew: 0,
    get disk() {
      return disk;
    },
    running: () => running,
    start() {
      if (hasEnded || boot?.isAlive() === true) return;
      const own = (boot = createBoot({ node: name, time, disk, mishaps: deps.mishaps(name) }));
      own.onDeath(() => {
        if (running?.boot === own) running = undefined;
        deps.onDeath(name);
        time.after(Math.max(offFor, deps.restartAfter(name)), () => node.start());
        offFor = 0;
      });
      // Errors that end a node's process end it here: a store that failed, a start that did not succeed.
      within(
        own,
        () =>
          void run(own).catch((error: unknown) => {
            if (!own.isAlive()) return;
            logger.error({ err: error }, "the node can't start or can't go on");
            deps.onFailure(name, error);
            own.kill();
          }),
      );
    },
    kill(power, off = 0) {
      offFor = off;
      boot?.kill();
      if (power) disk.losePower();
    },
    stop: (ms) => boot?.stop(time.now() + ms),
    goOn: () => boot?.goOn(),
    replace() {
      boot?.kill();
      disk = createDisk();
      disks.push(disk);
    },
    wasReplaced: () => disks.length > 1,
    end() {
      hasEnded = true;
      boot?.kill();
      for (const database of disks.flatMap(({ databases }) => [...databases.values()])) database.close();
    },
  };
  return node;
}
