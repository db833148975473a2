import type { RunStatus } from "@tasuki/protocol";
import { chooseMix, createFaults, type FaultMix, type Faults } from "./faults.ts";
import { trustIn } from "./keys.ts";
import { createNetwork } from "./machine/network.ts";
import { createVirtualTime, type VirtualTime } from "./machine/virtual-time.ts";
import { simulatedPipeline } from "./pipeline.ts";
import { createRandom, type Random } from "./random.ts";
import { createRecorder, type Recorder } from "./recorder.ts";
import { createLiar } from "./liar/liar.ts";
import { createLies, type Lies } from "./liar/lies.ts";
import { createRelay, epochStart, type SimulatedNode } from "./relay.ts";
import { simulatedLogger } from "./simulated-logger.ts";
import { createWorkload, type Workload } from "./workload.ts";
import { type Attempted, mainWork, roleWork } from "./work.ts";

export interface SimulationOptions {
  readonly seed: number;
  /** Roles beside main. */
  readonly roles: number;
  /** More of some faults than the seed brings. */
  readonly mix?: Partial<FaultMix>;
  /** Nodes of each role; one by default. */
  readonly pool?: number;
  /** Course of each attempt, in place of the seed's. */
  readonly attempt?: (role: string) => Attempted;
  /** Fields of every request to run, besides its brief and sources. */
  readonly asks?: () => object;
  /** True where every store answers and announces late, as one over a wire may. */
  readonly late?: boolean;
  /** Gets each line that a node logs, with the simulated time. */
  readonly onLog?: (line: string) => void;
}

/** A relay on simulated machines, before anything of it has started. */
export interface Simulation {
  readonly random: Random;
  readonly time: VirtualTime;
  readonly mix: FaultMix;
  readonly faults: Faults;
  readonly nodes: ReadonlyMap<string, SimulatedNode>;
  readonly workload: Workload;
  readonly recorder: Recorder;
  /** Last status of each run, as main showed it. */
  readonly known: () => readonly RunStatus[];
  /** Subjects that the lying node has lied about, if there is one. */
  readonly lies: Lies;
  readonly liar: string | undefined;
  /** Ends of processes by an error of their own. */
  readonly failures: readonly { readonly node: string; readonly error: unknown }[];
  /** Lets everything happen until then, or until it is done. */
  readonly advance: (until: number, isDone?: () => boolean | Promise<boolean>) => Promise<void>;
  /** Answers that got to their callers. */
  exchanges(): number;
  /** A digest of everything that went over the network, and when: the same for the same seed. */
  trace(): number;
  readonly end: () => void;
}

const minute = 60_000;
/** Events that no relay has in one millisecond. */
const stormEvents = 20_000;

export function createSimulation({ seed, roles, onLog, ...options }: SimulationOptions): Simulation {
  const random = createRandom(seed, `${roles} roles`);
  const time = createVirtualTime();
  const pipeline = simulatedPipeline(roles);
  const mix = { ...chooseMix(random.fork("mix")), ...options.mix };
  const faults = createFaults({ mix, random });
  const nodesOf = (role: string): [string, string][] =>
    Array.from({ length: options.pool ?? 1 }, (_, at) => [at === 0 ? role : `${role}-${at + 1}`, role]);
  const names = new Map([["main", "main"], ...pipeline.roles.flatMap(({ name }) => nodesOf(name))]);
  const trust = trustIn([...names.keys()]);
  let trace = 0;
  let exchanges = 0;
  const note = (text: string): void => {
    for (let at = 0; at < text.length; at += 1) trace = (Math.imul(trace, 31) + text.charCodeAt(at)) | 0;
  };

  const network = createNetwork({
    time,
    random: random.fork("connections"),
    weather: faults.weather,
    onAnswer(exchange) {
      exchanges += 1;
      note(`${exchange.at} ${exchange.from} ${exchange.to} ${exchange.verb} ${exchange.answer}`);
      recorder.onAnswer(exchange);
      if (exchange.verb === "task" && faults.killsAfterAnswer()) nodes.get(exchange.to)?.kill(random.chance(mix.powerLost));
    },
  });
  const lies = createLies();
  const liesRandom = random.fork("lies");
  const liar =
    mix.lies === 0
      ? undefined
      : createLiar({
          node: liesRandom.pick([...names.keys()].filter((name) => name !== "main")),
          pipeline,
          names,
          random: liesRandom,
          rate: mix.lies,
          now: () => epochStart + time.now(),
          onLie(way, about) {
            faults.counts[`lies: ${way}`] = (faults.counts[`lies: ${way}`] ?? 0) + 1;
            lies.add(about);
            simulatedLogger("liar", { onLog, now: () => time.now() }).debug({ ...about }, way);
          },
        });
  const failures: { node: string; error: unknown }[] = [];
  const restarts = random.fork("restarts");
  const recorder = createRecorder({ pipeline, trust, liar: liar?.node, time });
  const nodes = createRelay({
    pipeline,
    names,
    trust,
    time,
    network,
    random: random.fork("nodes"),
    work: (role) => (role === "main" ? mainWork() : roleWork(() => options.attempt?.(role) ?? faults.attempt())),
    mishaps: (node) => faults.mishaps(node),
    forges: () => faults.forges(),
    liar,
    onFailure: (node, error) => failures.push({ node, error }),
    restartAfter: () => (faults.areHealed() ? 1_000 : restarts.pick([1_000, 1_000, 1_000, 20_000, 5 * minute])),
    onStart: (node, running) => recorder.onStart(node, running),
    hasLateStores: options.late === true,
    onDeath: (node) => note(`${time.now()} ${node} died`),
    logger: (node) => simulatedLogger(node, { onLog, now: () => time.now() }),
  });
  const workload = createWorkload({ time, random, network, asks: options.asks ?? (() => ({})) });

  const advance = async (until: number, isDone: () => boolean | Promise<boolean> = () => false): Promise<void> => {
    for (let since = time.now(), before = time.taken(); ;) {
      // Microtasks and ticks run until nothing is left of them; only then may time go on.
      await new Promise((resolve) => setImmediate(resolve));
      const next = (await isDone()) ? undefined : time.take(until);
      if (next === undefined) return;
      if (time.now() > since) [since, before] = [time.now(), time.taken()];
      if (time.taken() - before > stormEvents) throw new Error(`at ${since} ms the relay does ${stormEvents} things and time stands still`);
      next();
    }
  };

  return {
    random,
    time,
    mix,
    faults,
    nodes,
    workload,
    recorder,
    known: () => [...recorder.last.values()],
    lies,
    liar: liar?.node,
    failures,
    advance,
    exchanges: () => exchanges,
    trace: () => trace,
    end() {
      for (const node of nodes.values()) node.end();
    },
  };
}
