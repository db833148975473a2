// A process of its own, with `register.ts` preloaded: each clock runs out at each stage, and at a run that is asked to fail; and a standby takes over
// each role's node, whose machine is off for a night in the midst of its work. Prints what was seen, as JSON.
import { blocksOf, hasEnded, type RunStatus } from "@tasuki/protocol";
import { checkHistory } from "../history/check-history.ts";
import { createSimulation, type SimulationOptions } from "./create-simulation.ts";
import { noFaults } from "./faults.ts";
import { epochStart, operator } from "./relay.ts";
import type { Attempted } from "./work.ts";

const minute = 60_000;
const hour = 60 * minute;
const night = 10 * hour;

/** What main showed when the clock had run out, and how the run ended. */
export interface RunOut {
  readonly what: string;
  readonly stage: string;
  readonly rung?: string | undefined;
  readonly condition?: string | undefined;
  /** Kind and owner of the block. */
  readonly block?: string | undefined;
  readonly silent: boolean;
  readonly conclusion?: string | undefined;
  readonly end: string;
  readonly epoch: number;
  readonly violations: readonly string[];
}

export interface TakenOver {
  readonly role: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Milliseconds from the loss of the node. */
  readonly takenOverAfter: number;
  readonly closedAfter: number;
  readonly epoch: number;
  readonly violations: readonly string[];
}

interface Case {
  readonly attempt?: Attempted;
  readonly clocks?: object;
  readonly deadlineMs?: number;
  readonly cutOff?: true;
  readonly shows: (run: RunStatus, stage: string) => boolean;
}

const blockedBy = (kind: string) => (run: RunStatus) => blocksOf(run).some(({ block }) => block.kind === kind);
const honest = (ms: number): Attempted => ({ ms, conduct: "honest" });
const cases: Readonly<Record<string, Case>> = {
  scheduleToStart: { cutOff: true, shows: blockedBy("scheduleToStart") },
  heartbeat: {
    attempt: honest(90_000),
    shows: (run, stage) => run.stages.some((one) => one.stage === stage && one.silentSince !== undefined),
  },
  startToClose: { attempt: { ms: 0, conduct: "hangs" }, shows: blockedBy("node") },
  scheduleToClose: { attempt: honest(100_000), clocks: { scheduleToClose: minute }, shows: blockedBy("scheduleToClose") },
  deadline: { attempt: honest(100_000), deadlineMs: minute, shows: blockedBy("deadline") },
};

function begin(options: Pick<SimulationOptions, "attempt" | "asks" | "pool">) {
  const simulation = createSimulation({ seed: 1, roles: 3, mix: noFaults, ...options });
  for (const one of simulation.nodes.values()) one.start();
  simulation.time.after(1_000, () => simulation.workload.ask(false));
  return simulation;
}

async function judge({ workload, recorder }: ReturnType<typeof begin>): Promise<readonly string[]> {
  const briefs = new Map(workload.requested.map(({ id, brief }) => [id, brief]));
  return checkHistory(await recorder.history(briefs)).map(({ guarantee, what }) => `${guarantee}: ${what}`);
}

async function runOut(what: string, stage: string, fails: boolean): Promise<RunOut> {
  const { attempt, clocks, deadlineMs, cutOff, shows } = cases[what] ?? cases["heartbeat"] ?? { shows: () => false };
  const simulation = begin({
    attempt: (role) => (role === stage && attempt !== undefined ? attempt : honest(200)),
    asks: () => ({
      clocks: { startToClose: 120_000, ...clocks },
      ...(deadlineMs !== undefined && { deadline: new Date(epochStart + simulation.time.now() + deadlineMs).toISOString() }),
      ...(fails && { fails }),
    }),
  });
  const { time, faults, nodes, known, advance, end } = simulation;
  await advance(hour, () => known().length > 0);
  const mend = cutOff === true ? faults.cut([stage], [...nodes.keys(), operator], false) : () => undefined;
  await advance(time.now() + hour, () => known().some((run) => shows(run, stage) || hasEnded(run)));
  const [then] = known();
  mend();
  await advance(time.now() + 10 * minute, () => known().every(hasEnded));
  await advance(time.now() + 2 * minute);
  const violations = await judge(simulation);
  const [last] = known();
  if (then === undefined || last === undefined) throw new Error("main knows of no run");
  end();
  const { rung, condition, silentSince } = then.stages.find((one) => one.stage === stage) ?? {};
  const [shown] = blocksOf(then);
  return {
    what: fails ? `${what}, asked to fail` : what,
    stage,
    rung,
    condition,
    block: shown && `${shown.block.kind} of ${shown.block.owner}`,
    silent: silentSince !== undefined,
    conclusion: then.conclusion,
    end: last.state,
    epoch: last.epoch,
    violations,
  };
}

async function takeOver(role: string): Promise<TakenOver> {
  const simulation = begin({ pool: 2, attempt: () => honest(40_000), asks: () => ({ clocks: { heartbeat: 20_000 } }) });
  const { time, nodes, known, advance, end } = simulation;
  const stageOf = () => known()[0]?.stages.find(({ stage }) => stage === role);
  await advance(hour, () => stageOf()?.rung === "started");
  const before = stageOf()?.node;
  const at = time.now();
  nodes.get(before ?? "")?.kill(true, night);
  await advance(at + night / 2, () => stageOf()?.node !== before);
  const takenOverAfter = time.now() - at;
  await advance(at + night / 2, () => known().every(hasEnded));
  const closedAfter = time.now() - at;
  // The one that was lost comes back, and is told.
  await advance(at + night + 5 * minute);
  const violations = await judge(simulation);
  const { epoch = 0, state } = known()[0] ?? {};
  const after = stageOf()?.node;
  end();
  return {
    role,
    before,
    after,
    takenOverAfter,
    closedAfter,
    epoch,
    violations: state === "closed" ? violations : [`it is ${state}`, ...violations],
  };
}

const out: RunOut[] = [];
for (const stage of ["nano", "sg", "jp"])
  for (const what of Object.keys(cases)) for (const fails of [false, true]) out.push(await runOut(what, stage, fails));
const taken: TakenOver[] = [];
for (const role of ["nano", "sg", "jp"]) taken.push(await takeOver(role));
process.stdout.write(JSON.stringify({ out, taken }));
