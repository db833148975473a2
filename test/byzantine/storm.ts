// Lies of one role, beside honest runs, over real processes; and what is left of them.
import { randomUUIDv7 } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { RunStatus } from "@tasuki/protocol";
import type { Violation } from "../history/history.ts";
import { checkHistory } from "../history/check-history.ts";
import { type ChaosRelay, openChaosRelay, type RoleName, roles, isClosed } from "../chaos/chaos-relay.ts";
import { recordedHistory } from "../chaos/recorded-history.ts";
import { openFront } from "./front.ts";
import { createLiar, type Liar } from "./liar.ts";
import { diskBytes, inventedRuns, keptOfRuns, type KeptOfRun, logBytes, longestLogLine, peakBytes } from "./measure.ts";

export interface StormOptions {
  /** Role whose node lies. */
  readonly role: RoleName;
  readonly seed: number;
  /** Number of lies; where it is at least the number of kinds, each kind is told. */
  readonly lies: number;
  /** Only kinds whose names have this in them. */
  readonly only?: string;
  /** True where nothing is told, for comparison: the same runs, until the limit. */
  readonly isHonest?: boolean;
  /** True where the role has a second node, which is honest. */
  readonly hasSecond?: boolean;
  /** Environment of main's process, besides what it always gets. */
  readonly mainEnv?: Readonly<Record<string, string>>;
  /** Milliseconds after which no more lies are told, and the node is honest again to whoever waits for it. */
  readonly limitMs?: number;
  readonly log?: (line: string) => void;
}

/** End of a run that was lied about. */
interface LiedAbout {
  readonly run: string;
  readonly state: RunStatus["state"];
  /** Blocks of the run and its stages, with the node that each stage stands on. */
  readonly blocks: readonly string[];
}

export interface StormReport {
  /** Number of lies told, by kind. */
  readonly told: Readonly<Record<string, number>>;
  readonly total: number;
  readonly untold: readonly string[];
  /** Honest runs: before, beside and after the lies; and how many of them closed. */
  readonly honest: number;
  readonly closed: number;
  readonly liedAbout: readonly LiedAbout[];
  /** Honest nodes whose process is another than at the start, or has ended. */
  readonly ended: readonly string[];
  readonly faults: readonly string[];
  /** Bytes that the data folder of each honest node grew by. */
  readonly grown: Readonly<Record<string, number>>;
  /** Highest resident memory of each honest node, bytes. */
  readonly peaks: Readonly<Record<string, number>>;
  readonly logs: Readonly<Record<string, number>>;
  readonly longestLine: number;
  /** Messages of the liar that main keeps, by run. */
  readonly kept: readonly KeptOfRun[];
  /** Runs that nobody began, and that an honest node has taken work of; none are counted where main lies. */
  readonly invented: readonly string[];
  readonly violations: readonly Violation[];
  /** Milliseconds of honest runs beside the others, from their starts to the moment when main shows them as closed, by the node of the role. */
  readonly honestMs: Readonly<Record<string, readonly number[]>>;
  readonly ms: number;
}

/** Milliseconds in which an honest run closes, also on a machine that is busy with other things. */
const closesWithinMs = 660_000;
/** Runs under way that are lied about. */
const liedAtOnce = 6;
/** Honest runs under way. */
const honestAtOnce = 2;

export async function tellLies({
  role,
  seed,
  lies,
  only = "",
  isHonest = false,
  hasSecond = false,
  mainEnv = {},
  limitMs = 600_000,
  log = () => undefined,
}: StormOptions): Promise<StormReport> {
  await using front = await openFront(
    role,
    roles.filter((name) => name !== role),
  );
  await using relay = await openChaosRelay({
    limits: { minFreeBytes: 0 },
    via: (from, to) => front.via(from, to),
    env: { main: mainEnv },
    ...(hasSecond && { twice: role }),
  });
  front.stand(
    (name) => relay.port(name),
    (exchange) => exchange.pass(),
  );
  await relay.startAll();
  await using liar = await createLiar({ role, relay, front, seed, lies, only });
  const honest = relay.names.filter((name) => name !== role);
  const briefs = new Map<string, string>();
  const honestMs: Record<string, number[]> = {};
  /** Begins an honest run, and waits for its end. Resolves with the node of the role that it stands on, and the milliseconds. */
  const closeOne = async (): Promise<readonly [string, number]> => {
    const id = randomUUIDv7();
    const brief = `# What is honest run ${briefs.size + 1}?\n`;
    briefs.set(id, brief);
    const began = performance.now();
    await relay.run(brief, { id });
    const { stages } = await relay.until(id, isClosed, closesWithinMs);
    return [stages.find(({ stage }) => stage === role)?.node ?? role, performance.now() - began];
  };
  await closeOne();
  const pids = new Map(honest.map((name) => [name, relay.node(name).pid()]));
  const before = await Promise.all(honest.map((name) => diskBytes(relay.folder(name))));
  const started = performance.now();
  const statuses: RunStatus[] = [];
  liar.setLying(!isHonest);
  const ended = AbortSignal.timeout(limitMs);
  ended.addEventListener("abort", () => liar.setLying(false));
  const isOver = (): boolean => ended.aborted || (!isHonest && !liar.ledger.wantsMore());
  const lied = new Set<string>();
  await Promise.all([
    ...Array.from({ length: honestAtOnce }, async () => {
      while (!isOver()) {
        const [node, ofRun] = await closeOne();
        if (!ended.aborted) (honestMs[node] ??= []).push(ofRun);
      }
    }),
    ...Array.from({ length: liedAtOnce }, async () => {
      while (!isOver()) {
        if (isHonest || liar.wantsRuns()) await lieAboutOne({ relay, liar, lied, isOver });
        else await delay(100);
      }
    }),
    lieUnasked(liar, { isOver, honestRun: () => [...briefs.keys()].at(-1) }),
    watchStatuses(relay, { isOver, statuses, runs: () => [...briefs.keys(), ...lied] }),
  ]);
  const ms = performance.now() - started;
  log(`${liar.ledger.total} lies in ${(ms / 1_000).toFixed(1)} s, beside ${briefs.size} honest runs and ${lied.size} others`);
  liar.setLying(false);
  await closeOne();
  const last = await Promise.all([...briefs.keys(), ...lied].map((run) => look(relay, run)));
  statuses.push(...last);
  const peaks = await Promise.all(honest.map((name) => peakBytes(relay.node(name).pid())));
  const gone = honest.filter((name) => !relay.node(name).isRunning() || relay.node(name).pid() !== pids.get(name));
  await relay.stopAll();
  const history = await recordedHistory(relay, { answers: [], statuses, briefs });
  const byRole = async (of: (folder: string) => Promise<number>): Promise<Record<string, number>> =>
    Object.fromEntries(await Promise.all(honest.map(async (name) => [name, await of(relay.folder(name))] as const)));
  const sizes = await byRole(diskBytes);
  return {
    told: liar.ledger.counts,
    total: liar.ledger.total,
    untold: liar.ledger.untold(),
    honest: briefs.size,
    closed: last.filter(({ id, state }) => briefs.has(id) && state === "closed").length,
    liedAbout: last.filter(({ id }) => lied.has(id)).map(toLiedAbout),
    ended: gone,
    faults: liar.faults,
    grown: Object.fromEntries(honest.map((name, at) => [name, (sizes[name] ?? 0) - (before[at] ?? 0)])),
    peaks: Object.fromEntries(honest.map((name, at) => [name, peaks[at] ?? 0])),
    logs: await byRole(logBytes),
    longestLine: Math.max(...Object.values(await byRole(longestLogLine))),
    kept: role === "main" ? [] : keptOfRuns(relay.folder("main"), role),
    invented: role === "main" ? [] : honest.flatMap((name) => inventedRuns(relay.folder(name), new Set([...briefs.keys(), ...lied]))),
    honestMs,
    violations: checkHistory(liar.judged(history)),
    ms,
  };
}

/** Starts a run that is lied about, and waits until it goes no further: it has ended, is blocked, or has not changed for a while. */
async function lieAboutOne({
  relay,
  liar,
  lied,
  isOver,
}: {
  relay: ChaosRelay;
  liar: Liar;
  lied: Set<string>;
  isOver: () => boolean;
}): Promise<void> {
  const id = randomUUIDv7();
  liar.world.lieAbout(id);
  lied.add(id);
  await relay.run(`# What is lied about in ${id}?\n`, { id });
  let seen = "";
  let since = performance.now();
  while (!isOver() && performance.now() - since < patienceMs) {
    await delay(200);
    const status = await look(relay, id);
    if (status.state === "closed" || status.block !== undefined || status.stages.some(({ block }) => block !== undefined)) return;
    const now = JSON.stringify(status.stages.map(({ rung, attempt, epoch }) => [rung, attempt, epoch]));
    if (now !== seen) since = performance.now();
    seen = now;
  }
}

/** Main's view of a run; asked for again where a busy main does not answer in time. */
function look(relay: ChaosRelay, run: string): Promise<RunStatus> {
  return relay.until(run, () => true);
}

/** Milliseconds after which a run that is lied about is left as it is. */
const patienceMs = 1_500;

/** Tells the lies for which nobody has to ask. */
async function lieUnasked(
  liar: Liar,
  { isOver, honestRun }: { isOver: () => boolean; honestRun: () => string | undefined },
): Promise<void> {
  await Promise.all(
    [() => liar.lieInEntry(), () => liar.lieInPost(honestRun()), () => liar.lieInFile()].map(async (lie) => {
      while (!isOver()) if (!(await lie())) await delay(100);
    }),
  );
}

async function watchStatuses(
  relay: ChaosRelay,
  { isOver, statuses, runs }: { isOver: () => boolean; statuses: RunStatus[]; runs: () => readonly string[] },
): Promise<void> {
  while (!isOver()) {
    for (const run of runs().slice(-liedAtOnce - honestAtOnce)) {
      const status = await relay.status(run).catch(() => undefined);
      if (status !== undefined) statuses.push(status);
    }
    await delay(200);
  }
}

function toLiedAbout({ id, state, block, stages }: RunStatus): LiedAbout {
  const blocks = [
    ...(block === undefined ? [] : [JSON.stringify({ node: "", ...block })]),
    ...stages.flatMap(({ node, block }) => (block === undefined ? [] : [JSON.stringify({ node, ...block })])),
  ];
  return { run: id, state, blocks };
}

/** Figures of a storm, in a line for people. */
export function describeStorm({ total, told, honest, liedAbout, ms, peaks, grown }: StormReport): string {
  const toMegabytes = (figures: Readonly<Record<string, number>>): string =>
    Object.entries(figures)
      .map(([name, bytes]) => `${name} ${(bytes / 1e6).toFixed(0)}`)
      .join(", ");
  const runs = `${honest} honest runs and ${liedAbout.length} that were lied about`;
  return `${total} lies of ${Object.keys(told).length} kinds in ${(ms / 1000).toFixed(0)} s, beside ${runs}; MB resident: ${toMegabytes(peaks)}; MB written: ${toMegabytes(grown)}`;
}
