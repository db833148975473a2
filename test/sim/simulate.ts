import { isTasukiError, needsOperator, type RunStatus } from "@tasuki/protocol";
import { checkHistory } from "../history/check-history.ts";
import { hasEnded } from "../history/check-epochs.ts";
import type { Violation } from "../history/history.ts";
import { createSimulation, type SimulationOptions } from "./create-simulation.ts";
import { within } from "./machine/boot.ts";
import { scheduleFaults, startNodes } from "./schedule.ts";
import { startToClose } from "./workload.ts";

export interface Outcome {
  readonly seed: number;
  readonly roles: number;
  readonly violations: readonly Violation[];
  /** Runs by the way in which they ended, faults that came to pass, and what it took. */
  readonly runs: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly simulatedMs: number;
  readonly events: number;
  readonly exchanges: number;
  /** A digest of everything that went over the network, and when: the same for the same seed. */
  readonly trace: number;
}

const minute = 60_000;
/** Time after the faults: an attempt that hangs and its grace, the longest backoffs, and then the work itself. */
const settleMs = (roles: number): number => startToClose * 2 + 5 * minute + roles * 2 * minute;

/** One relay under one seed: a time of faults, then none, then people do what blocks ask of them; then its history is judged. */
export async function simulate(options: SimulationOptions): Promise<Outcome> {
  const { seed, roles } = options;
  const simulation = createSimulation(options);
  const { random, time, mix, faults, nodes, workload, recorder } = simulation;
  const { known, advance } = simulation;
  const decide = (run: RunStatus, act: "retry" | "cancel", stage?: string): void => {
    const main = nodes.get("main")?.running();
    const orchestrator = main?.node.orchestrator;
    if (main === undefined || orchestrator === undefined) return;
    if (stage !== undefined) recorder.onTakenFurther(run.id);
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
  startNodes({ mix, faults, random, time, nodes }, safetyMs);
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
  violations.push(...(await leftovers()));

  const briefs = new Map(workload.requested.map(({ id, brief }) => [id, brief]));
  violations.push(...checkHistory(await recorder.history(briefs)));
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
    exchanges: simulation.exchanges(),
    trace: simulation.trace(),
  };
  simulation.end();
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

  /** Leftovers that nothing needs any more once all runs have ended: work that still waits, messages that nobody takes. */
  async function leftovers(): Promise<Violation[]> {
    if (!known().every(hasEnded)) return [];
    const epochs = new Map(known().map(({ id, epoch }) => [id, epoch]));
    const left = [...nodes.values()].map(async (node): Promise<Violation[]> => {
      const store = node.running()?.store;
      if (store === undefined) return [{ guarantee: "R10.reopen", what: `the node ${node.name} is not up, long after the last fault` }];
      const { tasks } = await store.statusOf("open");
      const { rows } = await store.dueOutbox(Number.MAX_SAFE_INTEGER);
      return [
        ...tasks
          .map(({ row }) => row)
          // A new host knows nothing of the epoch that the old one had archived: not promised (docs/guarantees.md, R5).
          .filter(({ payload: { run, epoch } }) => !(node.wasReplaced() && epoch < (epochs.get(run) ?? 0)))
          .map(({ payload, state }) => `task ${payload.kind} of run ${payload.run}, '${state}'`),
        ...rows.map(({ payload, last }) => `'${payload.kind}' for ${payload.to} in the outbox (${last})`),
      ].map((what) => ({ guarantee: "R5.nothing-left", what: `${node.name}: ${what}` }));
    });
    return (await Promise.all(left)).flat();
  }
}

function waitsForPeople({ block, stages }: RunStatus): boolean {
  return [block, ...stages.map((stage) => stage.block)].some((one) => one !== undefined && needsOperator(one));
}

function describe({ state, epoch, block, stages, awaits }: RunStatus): string {
  const shown = stages.map((one) => `${one.stage} ${one.rung}@${one.epoch} ${one.condition} ${one.block?.reason ?? ""}`);
  return JSON.stringify({ state, epoch, block: block?.reason, awaits, stages: shown.filter((text) => !text.includes("verified")) });
}

/** A decision that the run's state doesn't allow any more is no fault; anything else is thrown, and seen. */
function expectRefusal(error: unknown): void {
  if (!isTasukiError(error)) throw error;
}
