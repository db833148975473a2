import { inspect } from "node:util";
import { claimedReceipt, payloadDigest } from "@tasuki/evidence";
import type { Verb } from "@tasuki/flow";
import { hasEnded, isTasukiError, type RunStatus } from "@tasuki/protocol";
import { checkHistory } from "../history/check-history.ts";
import type { Violation } from "../history/history.ts";
import { wholeFeed } from "../history/whole-feed.ts";
import { createSimulation, type SimulationOptions } from "./create-simulation.ts";
import { within } from "./machine/boot.ts";
import { longestStop, scheduleFaults, startNodes } from "./schedule.ts";
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
/** Messages of one node about one run that main keeps (docs/guarantees.md, R11.peers). */
const messagesAtMost = 1_000;
/** Time after the faults: an attempt that hangs and its grace, the longest backoffs, and then the work itself. */
const settleMs = (roles: number): number => startToClose * 2 + 5 * minute + roles * 2 * minute;

/** One relay under one seed: a time of faults, then none, then people do what blocks ask of them; then its history is judged. */
export async function simulate(options: SimulationOptions): Promise<Outcome> {
  const { seed, roles } = options;
  const simulation = createSimulation(options);
  const { random, time, mix, faults, nodes, workload, recorder } = simulation;
  const { known, advance, lies, liar } = simulation;
  /** Runs about which everybody tells the truth: all that is promised of a run is promised of these. */
  const honest = (): readonly RunStatus[] => known().filter(({ id }) => !lies.isAbout(id));
  const by = "a simulated person";
  const decide = (run: RunStatus, verb: Verb): void => {
    const main = nodes.get("main")?.running();
    const orchestrator = main?.node.orchestrator;
    if (main === undefined || orchestrator === undefined) return;
    if (verb.is === "retry" && verb.stage !== undefined) recorder.onTakenFurther(run.id);
    faults.counts[verb.is] = (faults.counts[verb.is] ?? 0) + 1;
    const ask = async (): Promise<void> => {
      await orchestrator.decide({ run: run.id, verb }).catch(expectRefusal);
    };
    main.boot.whenRunning(() => within(main.boot, () => void ask()));
  };

  // Safety: whatever goes wrong, nothing may be lost, done twice or shown falsely.
  const safetyMs = random.pick([2, 5, 10, 25]) * minute;
  const asked = roles > 10 ? 1 : random.integer(1, 3);
  startNodes({ mix, faults, random, time, nodes }, safetyMs);
  for (let at = 0; at < asked; at += 1) time.after(at === 0 ? 1_000 : random.integer(1_000, safetyMs / 2), () => workload.ask());
  scheduleFaults({ mix, faults, random, time, nodes }, safetyMs);
  scheduleDecisions();
  // The longest stop ends by itself.
  await advance(safetyMs + (mix.stops > 0 ? longestStop : 0));

  // Liveness: nothing goes wrong any more, and every run must end by itself, or say which decision it waits for.
  faults.heal();
  for (const node of nodes.values()) {
    node.disk.full = false;
    node.goOn();
    node.start();
  }
  const violations: Violation[] = [];
  const isAnswered = (): boolean => workload.requested.every(({ answer }) => answer !== undefined);
  const stuck = (guarantee: string): void => {
    for (const run of honest().filter((one) => !hasEnded(one) && !waitsForPeople(one)))
      violations.push({ guarantee, what: `run ${run.id} neither ends nor waits for anybody: ${describe(run)}` });
  };
  await advance(time.now() + settleMs(roles), () => isAnswered() && honest().every((run) => hasEnded(run) || waitsForPeople(run)));
  const ends = liar === undefined ? "R5.ends" : "R11.contained";
  stuck(ends);
  // People do what the block says, no more than that; and what they have paused, they resume.
  const paused = known().filter((run) => run.paused !== undefined);
  for (const run of paused) decide(run, { is: "resume", by });
  if (paused.length > 0) {
    await advance(time.now() + minute);
    await advance(time.now() + settleMs(roles), () => honest().every((run) => hasEnded(run) || waitsForPeople(run)));
    stuck(ends);
  }
  for (let round = 0; round < 4 && honest().some((run) => !hasEnded(run) && waitsForPeople(run)); round += 1) {
    for (const run of known().filter((one) => !hasEnded(one) && waitsForPeople(one))) decide(run, { is: "retry", by });
    await advance(time.now() + minute);
    await advance(time.now() + settleMs(roles), () => honest().every((run) => hasEnded(run) || waitsForPeople(run)));
    stuck(ends);
  }
  for (const run of honest().filter((one) => !hasEnded(one) && waitsForPeople(one)))
    violations.push({ guarantee: "R10.retry", what: `run ${run.id} still waits after every retry that it asked for: ${describe(run)}` });
  // A run that a node lies about goes on, ends, or is blocked; whichever it is, people can end it.
  for (const run of known().filter((one) => lies.isAbout(one.id) && !hasEnded(one))) decide(run, { is: "cancel", by, now: true });
  await advance(time.now() + 2 * minute);
  for (const run of known().filter((one) => lies.isAbout(one.id) && (one.state === "open" || one.state === "cancelling")))
    violations.push({ guarantee: "R11.contained", what: `run ${run.id}, which ${liar} lies about, can't be cancelled: ${describe(run)}` });
  violations.push(...(await leftovers()), ...(await kept()), ...(await taken()), ...ended());

  const briefs = new Map(workload.requested.map(({ id, brief }) => [id, brief]));
  const reading = { isOver: false };
  const history = recorder.history(briefs).finally(() => (reading.isOver = true));
  await advance(time.now() + minute, () => reading.isOver);
  violations.push(...checkHistory(await history));
  for (const { id, isBad, answer } of workload.requested) {
    if (answer === undefined) violations.push({ guarantee: "R5.answers", what: `main never answered the request for run ${id}` });
    if (isBad && answer === "acknowledged")
      violations.push({ guarantee: "R7.names", what: `main took run ${id} with a file of another name` });
  }
  const runs: Record<string, number> = {};
  for (const { id, state, rounds = [] } of known()) {
    const name = lies.isAbout(id) ? `${state} of those lied about` : state;
    runs[name] = (runs[name] ?? 0) + 1;
    if (rounds.length > 0) runs["sent back"] = (runs["sent back"] ?? 0) + 1;
  }
  const outcome = {
    seed,
    roles,
    violations,
    runs,
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
    const steering = random.fork("steering");
    const times = Math.round((mix.decisions * safetyMs) / minute);
    for (let at = 0; at < times; at += 1)
      time.after(people.integer(0, safetyMs), () => {
        const open = known().filter((run) => !hasEnded(run));
        if (open.length === 0) return;
        const run = people.pick(open);
        const is = people.chance(0.8) ? "retry" : "cancel";
        decide(run, { is, by, stage: people.chance(0.5) ? people.pick(run.stages).stage : undefined });
      });
    // These have times and a chance of their own, so that a seed brings the same retries and cancels as it did without them.
    for (let at = 0; at < times; at += 1)
      time.after(steering.integer(0, safetyMs), () => {
        const open = known().filter((run) => !hasEnded(run));
        if (open.length === 0) return;
        const run = steering.pick(open);
        decide(run, steering.pick(steersOf(steering.pick(run.stages).stage)));
      });
  }

  /** Check of what main keeps of the lying node's words: nothing of runs that it never had, and a bounded part about its own. */
  async function kept(): Promise<Violation[]> {
    const store = nodes.get("main")?.running()?.store;
    if (store === undefined || liar === undefined) return [];
    // Its answers stand in the feed of whoever asked it, and are bounded by that.
    const given = new Set<string>();
    for (const node of nodes.values()) {
      const asked = node.name === liar ? undefined : node.running()?.store;
      for (const { envelopes } of asked === undefined ? [] : await wholeFeed(asked))
        for (const envelope of envelopes) given.add(payloadDigest(envelope));
    }
    const saidAbout = async (run: string): Promise<number> =>
      (await store.evidenceOf(run)).envelopes.filter(
        (envelope) => claimedReceipt(envelope)?.predicate.node === liar && !given.has(payloadDigest(envelope)),
      ).length;
    const unknown = [...lies.invented].map(async (run) =>
      (await saidAbout(run)) === 0 ? [] : [`main keeps receipts about run ${run}, which it never had`],
    );
    const own = known().map(async ({ id }) => {
      const said = await saidAbout(id);
      return said <= messagesAtMost ? [] : [`main keeps ${said} receipts of ${liar} about run ${id}`];
    });
    return (await Promise.all([...unknown, ...own])).flat().map((what) => ({ guarantee: "R11.peers", what }));
  }

  /** Work of runs that main never had, at honest nodes that knew by then that main signs for what it gives out. */
  async function taken(): Promise<Violation[]> {
    const found = await Promise.all(
      [...nodes.values()]
        .filter(({ name }) => name !== liar)
        .map(async (node) => {
          const work = ((await node.running()?.store.history({ limit: Number.MAX_SAFE_INTEGER })) ?? [])
            .map(({ row }) => row.payload)
            .filter(({ kind }) => kind === "work");
          const known = work.findIndex(({ run, grant }) => grant !== undefined && !lies.invented.has(run));
          return work
            .filter(({ run }, at) => lies.invented.has(run) && known >= 0 && at > known)
            .map(({ run }) => `${node.name} took work of run ${run}, which main never gave out`);
        }),
    );
    return found.flat().map((what) => ({ guarantee: "R11.given-out", what }));
  }

  /** Processes that ended by an error of their own, and not by one of their machine. */
  function ended(): Violation[] {
    return simulation.failures
      .map(({ node, error }) => ({ node, said: inspect(error) }))
      .filter(({ said }) => !said.includes("(simulated)"))
      .map(({ node, said }) => ({ guarantee: "R11.contained", what: `the process of ${node} ended by itself: ${said}` }));
  }

  /** Leftovers of honest nodes that nothing needs any more once a run has ended: work that still waits, messages that nobody takes. */
  async function leftovers(): Promise<Violation[]> {
    const over = new Set(
      honest()
        .filter(hasEnded)
        .map(({ id }) => id),
    );
    const isOver = ({ payload }: { readonly payload: { readonly run: string } }): boolean => over.has(payload.run);
    const epochs = new Map(known().map(({ id, epoch }) => [id, epoch]));
    const left = [...nodes.values()]
      .filter(({ name }) => name !== liar)
      .map(async (node): Promise<Violation[]> => {
        const store = node.running()?.store;
        if (store === undefined) return [{ guarantee: "R10.reopen", what: `the node ${node.name} is not up, long after the last fault` }];
        const { tasks } = await store.statusOf("open");
        const { rows } = await store.dueOutbox(Number.MAX_SAFE_INTEGER);
        return [
          ...tasks
            .map(({ row }) => row)
            .filter(isOver)
            // A new host knows nothing of the epoch that the old one had archived: not promised (docs/guarantees.md, R5).
            .filter(({ payload: { run, epoch } }) => !(node.wasReplaced() && epoch < (epochs.get(run) ?? 0)))
            .map(({ payload, state }) => `task ${payload.kind} of run ${payload.run}, '${state}'`),
          ...rows.filter(isOver).map(({ payload, last }) => `'${payload.kind}' for ${payload.to} in the outbox (${last})`),
        ].map((what) => ({ guarantee: "R5.nothing-left", what: `${node.name}: ${what}` }));
      });
    return (await Promise.all(left)).flat();
  }
}

/** What a person does about a run, besides having it done again. */
function steersOf(to: string): readonly Verb[] {
  const by = "a simulated person";
  return [
    { is: "pause", by },
    { is: "pause", by, reason: "a look at it" },
    { is: "resume", by },
    { is: "resume", by },
    { is: "rollback", by, to },
    { is: "cancel", by },
    { is: "cancel", by, now: true },
    { is: "close", by, without: to, reason: "its disk is gone" },
  ];
}

function waitsForPeople({ conclusion }: RunStatus): boolean {
  return conclusion === "needs-human";
}

function describe({ state, epoch, block, stages, awaits }: RunStatus): string {
  const shown = stages.map((one) => `${one.stage} ${one.rung}@${one.epoch} ${one.condition} ${one.block?.reason ?? ""}`);
  return JSON.stringify({ state, epoch, block: block?.reason, awaits, stages: shown.filter((text) => !text.includes("verified")) });
}

/** A decision that the run's state doesn't allow any more is no fault; anything else is thrown, and seen. */
function expectRefusal(error: unknown): void {
  if (!isTasukiError(error)) throw error;
}
