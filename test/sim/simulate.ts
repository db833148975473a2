import { isTasukiError, type Logger, type RunStatus } from "@tasuki/contracts";
import { checkHistory } from "../history/check-history.ts";
import { hasEnded } from "../history/check-epochs.ts";
import type { Violation } from "../history/history.ts";
import { chooseMix, createFaults, type FaultMix } from "./faults.ts";
import { trustIn } from "./keys.ts";
import { createNetwork } from "./machine/network.ts";
import { within } from "./machine/boot.ts";
import { createVirtualTime } from "./machine/virtual-time.ts";
import { simulatedPipeline } from "./pipeline.ts";
import { createRandom } from "./random.ts";
import { createRecorder } from "./recorder.ts";
import { createRelay } from "./relay.ts";
import { scheduleFaults } from "./schedule.ts";
import { createWorkload, startToClose } from "./workload.ts";
import { mainWork, roleWork } from "./work.ts";

export interface SimulationOptions {
  readonly seed: number;
  /** Roles beside main. */
  readonly roles: number;
  /** More of some faults than the seed brings. */
  readonly mix?: Partial<FaultMix>;
  /** Gets each line that a node logs, with the simulated time. */
  readonly onLog?: (line: string) => void;
}

/** What a simulation came to. */
export interface Outcome {
  readonly seed: number;
  readonly roles: number;
  readonly violations: readonly Violation[];
  /** How runs ended, faults that came to pass, and what it took. */
  readonly runs: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly simulatedMs: number;
  readonly events: number;
  readonly exchanges: number;
  /** A digest of everything that went over the network, and when: the same for the same seed. */
  readonly trace: number;
}

const minute = 60_000;
/** What no relay has to do in one millisecond. */
const stormEvents = 20_000;
/** After the faults: an attempt that hangs and its grace, the longest backoffs, and then the work itself. */
const settleMs = (roles: number): number => startToClose * 2 + 5 * minute + roles * 2 * minute;

/** One relay under one seed: a time of faults, then none, then people do what blocks ask of them; then its history is judged. */
export async function simulate({ seed, roles, onLog, ...options }: SimulationOptions): Promise<Outcome> {
  const random = createRandom(seed, `${roles} roles`);
  const time = createVirtualTime();
  const pipeline = simulatedPipeline(roles);
  const mix = { ...chooseMix(random.fork("mix")), ...options.mix };
  const faults = createFaults({ mix, random });
  const trust = trustIn(["main", ...pipeline.roles.map(({ name }) => name)]);
  const recorder = createRecorder({ pipeline, trust });
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
  const restarts = random.fork("restarts");
  const nodes = createRelay({
    pipeline,
    trust,
    time,
    network,
    random: random.fork("nodes"),
    work: (role) => (role === "main" ? mainWork() : roleWork(() => faults.attempt())),
    mishaps: (role) => faults.mishaps(role),
    forges: () => faults.forges(),
    restartAfter: () => (faults.areHealed() ? 1_000 : restarts.pick([1_000, 1_000, 1_000, 20_000, 5 * minute])),
    onStart: (role, running) => recorder.onStart(role, running),
    onDeath: (role) => note(`${time.now()} ${role} died`),
    logger: (role) => loggerOf(role, { onLog, now: () => time.now() }),
  });
  const workload = createWorkload({ time, random, network });
  const known = (): RunStatus[] => [...recorder.last.values()];

  const advance = async (until: number, isDone: () => boolean = () => false): Promise<void> => {
    for (let since = time.now(), before = time.taken(); ;) {
      // Microtasks and ticks run until nothing is left of them; only then may time go on.
      await new Promise((resolve) => setImmediate(resolve));
      const next = isDone() ? undefined : time.take(until);
      if (next === undefined) return;
      if (time.now() > since) [since, before] = [time.now(), time.taken()];
      if (time.taken() - before > stormEvents) throw new Error(`at ${since} ms the relay does ${stormEvents} things and time stands still`);
      next();
    }
  };
  const decide = (run: RunStatus, act: "retry" | "cancel", stage?: string): void => {
    const main = nodes.get("main")?.running();
    const orchestrator = main?.node.orchestrator;
    if (main === undefined || orchestrator === undefined) return;
    const ask = async (): Promise<void> => {
      const request = { run: run.id, by: "a simulated person" };
      await (
        act === "retry" ? orchestrator.retry({ ...request, ...(stage !== undefined && { stage }) }) : orchestrator.cancel(request)
      ).catch(expectRefusal);
    };
    within(main.boot, () => void ask());
  };

  // Safety: whatever goes wrong, nothing may be lost, done twice or shown falsely.
  const safetyMs = random.pick([2, 5, 10, 25]) * minute;
  const asked = roles > 10 ? 1 : random.integer(1, 3);
  for (const node of nodes.values()) node.start();
  for (let at = 0; at < asked; at += 1) time.after(at === 0 ? 1_000 : random.integer(1_000, safetyMs / 2), () => workload.ask());
  scheduleFaults({ mix, faults, random, time, nodes }, safetyMs);
  scheduleDecisions();
  await advance(safetyMs);

  // Liveness: nothing goes wrong any more, and every run must end by itself, or say which decision it waits for.
  faults.heal();
  for (const node of nodes.values()) {
    node.disk.full = false;
    node.start();
  }
  const violations: Violation[] = [];
  const isAnswered = (): boolean => workload.requested.every(({ answer }) => answer !== undefined);
  const stuck = (guarantee: string): void => {
    for (const run of known().filter((one) => !hasEnded(one) && !waitsForPeople(one)))
      violations.push({ guarantee, what: `run ${run.id} neither ends nor waits for anybody: ${describe(run)}` });
  };
  await advance(time.now() + settleMs(roles), () => isAnswered() && known().every((run) => hasEnded(run) || waitsForPeople(run)));
  stuck("R5.ends");
  // People do what the block says, no more than that.
  for (let round = 0; round < 4 && known().some((run) => !hasEnded(run) && waitsForPeople(run)); round += 1) {
    for (const run of known().filter((one) => !hasEnded(one) && waitsForPeople(one))) decide(run, "retry");
    await advance(time.now() + minute);
    await advance(time.now() + settleMs(roles), () => known().every((run) => hasEnded(run) || waitsForPeople(run)));
    stuck("R5.ends");
  }
  for (const run of known().filter((one) => !hasEnded(one) && waitsForPeople(one)))
    violations.push({ guarantee: "R10.retry", what: `run ${run.id} still waits after every retry that it asked for: ${describe(run)}` });
  await advance(time.now() + 2 * minute);
  violations.push(...leftovers());

  const briefs = new Map(workload.requested.map(({ id, brief }) => [id, brief]));
  violations.push(...checkHistory(recorder.history(briefs)));
  for (const { id, isBad, answer } of workload.requested) {
    if (answer === undefined) violations.push({ guarantee: "R5.answers", what: `main never answered the request for run ${id}` });
    if (isBad && answer === "acknowledged")
      violations.push({ guarantee: "R7.names", what: `main took run ${id} with a file of another name` });
  }
  const ended: Record<string, number> = {};
  for (const { state } of known()) ended[state] = (ended[state] ?? 0) + 1;
  const outcome = {
    seed,
    roles,
    violations,
    runs: ended,
    faults: faults.counts,
    simulatedMs: time.now(),
    events: time.taken(),
    exchanges,
    trace,
  };
  for (const node of nodes.values()) node.end();
  return outcome;

  function scheduleDecisions(): void {
    const people = random.fork("people");
    const times = Math.round((mix.decisions * safetyMs) / minute);
    for (let at = 0; at < times; at += 1)
      time.after(people.integer(0, safetyMs), () => {
        const open = known().filter((run) => !hasEnded(run));
        if (open.length === 0) return;
        const run = people.pick(open);
        decide(run, people.chance(0.8) ? "retry" : "cancel", people.chance(0.5) ? people.pick(run.stages).stage : undefined);
      });
  }

  /** What nothing needs any more once all runs have ended: work that still waits, messages that nobody takes. */
  function leftovers(): Violation[] {
    if (!known().every(hasEnded)) return [];
    return [...nodes.values()].flatMap((node) => {
      const store = node.running()?.store;
      if (store === undefined) return [{ guarantee: "R10.reopen", what: `the node of ${node.role} is not up, long after the last fault` }];
      return [
        ...store.tasks().map(({ payload, state }) => `task ${payload.kind} of run ${payload.run}, '${state}'`),
        ...store
          .outbox({ dueAt: Number.MAX_SAFE_INTEGER })
          .map(({ payload, last }) => `'${payload.kind}' for ${payload.to} in the outbox (${last})`),
      ].map((what) => ({ guarantee: "R5.nothing-left", what: `${node.role}: ${what}` }));
    });
  }
}

function waitsForPeople({ block, stages }: RunStatus): boolean {
  return block?.owner === "operator" || stages.some((stage) => stage.block?.owner === "operator");
}

function describe({ state, epoch, block, stages, awaits }: RunStatus): string {
  const shown = stages.map((one) => `${one.stage} ${one.rung}@${one.epoch} ${one.condition} ${one.block?.reason ?? ""}`);
  return JSON.stringify({ state, epoch, block: block?.reason, awaits, stages: shown.filter((text) => !text.includes("verified")) });
}

/** A decision that the run's state doesn't allow any more is no fault; anything else is thrown, and seen. */
function expectRefusal(error: unknown): void {
  if (!isTasukiError(error)) throw error;
}

function loggerOf(role: string, { onLog, now }: { onLog: ((line: string) => void) | undefined; now: () => number }): Logger {
  const write = (level: string) => (fields: object, message: string) => {
    if (onLog === undefined) return;
    const shown = Object.entries(fields).map(
      ([name, value]) => `${name}=${value instanceof Error ? describeError(value) : JSON.stringify(value)}`,
    );
    onLog(`${(now() / 1000).toFixed(3).padStart(9)} ${level} ${role}: ${message} ${shown.join(" ")}`);
  };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

function describeError(error: Error): string {
  return `${error.message}${error.cause instanceof Error ? ` <- ${describeError(error.cause)}` : ` ${error.stack?.split("\n").slice(1, 4).join(" ")}`}`;
}
