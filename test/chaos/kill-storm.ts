import { randomUUIDv7 } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { RunStatus } from "@tasuki/protocol";
import type { RecordedAnswer, Violation } from "../history/history.ts";
import type { Random } from "../sim/random.ts";
import { checkHistory } from "../history/check-history.ts";
import { type ChaosRelay, isClosed, openChaosRelay, type RoleName, roles } from "./chaos-relay.ts";
import { recordedHistory } from "./recorded-history.ts";

export interface StormReport {
  readonly kills: number;
  /** Number of times that each failpoint struck, by role and name; `anywhere` are kills from outside. */
  readonly struck: Readonly<Record<string, number>>;
  /** Failpoints that never struck. */
  readonly missed: readonly string[];
  readonly runs: number;
  readonly closed: number;
  readonly violations: readonly Violation[];
  /** Time from the last kill until the last run was closed, milliseconds. */
  readonly healedMs: number;
  readonly ms: number;
}

const both = (names: readonly string[]): string[] => names.flatMap((name) => [`${name}.before`, `${name}.after`]);
const everywhere = ["claim", "settle-done", "send", "upload", "publish", "add-blob"];
/** Every boundary of accept, claim, produce, hand off, receive receipt and close. */
const failpoints: Readonly<Record<RoleName, readonly string[]>> = {
  main: both(["accept-run", "accept-work", "complete-done", "change", "end-run", ...everywhere]),
  nano: both(["accept-work", "accept-close", "work", "complete-produced", ...everywhere]),
  sg: both(["accept-work", "accept-close", "work", "complete-produced", ...everywhere]),
  jp: both(["accept-work", "accept-close", "work", "complete-produced", ...everywhere]),
};
const inFlight = 12;
/** A process that does not come to its failpoint is killed wherever it is, milliseconds. */
const patienceMs = 6_000;
const healMs = 120_000;

/** Kills nodes of a busy relay, each again as soon as it runs, until there were so many kills; then lets it heal, and judges what is left. */
export async function killStorm({
  kills,
  random,
  log,
}: {
  kills: number;
  random: Random;
  log: (line: string) => void;
}): Promise<StormReport> {
  const began = performance.now();
  // Attempts are cut off far more often here than the five times after which a person is asked.
  await using relay = await openChaosRelay({ limits: { attempts: 1_000_000, minFreeBytes: 0 } });
  const struck = new Map<string, number>(roles.flatMap((role) => failpoints[role].map((point) => [`${role} ${point}`, 0])));
  const count = (name: string): void => void struck.set(name, (struck.get(name) ?? 0) + 1);
  const total = (): number => [...struck.values()].reduce((sum, times) => sum + times, 0);
  const over = new AbortController();
  const stormEnded = new AbortController();
  await using ending = new AsyncDisposableStack();
  ending.defer(() => {
    over.abort();
    stormEnded.abort();
  });

  const stormOver = async (role: RoleName): Promise<void> => {
    const node = relay.node(role);
    while (total() < kills) {
      const point = pickPoint(role, struck, random);
      const nth = 1 + Math.floor(random.next() * (point.startsWith("change.") ? 12 : 2));
      const starting = node.start({ TASUKI_FAILPOINT: `${point}:${nth}` });
      const ended = node.ended();
      const hasStarted = await starting;
      const patience = delay(hasStarted ? patienceMs * (0.1 + random.next()) : 0, false, { signal: stormEnded.signal }).catch(() => false);
      const struckFirst = await Promise.race([ended.then(() => true), patience]);
      if (!struckFirst) node.kill("SIGKILL");
      await ended;
      const { signal, code, stderr } = node.last();
      if (signal !== "SIGKILL") throw new Error(`${role} ended by itself (${code}): ${stderr}`);
      count(struckFirst ? `${role} ${point}` : `${role} anywhere`);
      if (total() % 50 === 0) log(`${total()} kills`);
    }
  };

  const seen = watchRuns(relay, over.signal);
  const starting = startRuns(relay, { seen, signal: stormEnded.signal });
  await Promise.all(roles.map(stormOver));
  const lastKill = performance.now();
  log(`${total()} kills; healing`);
  await relay.startAll();
  stormEnded.abort();
  const { answers, briefs } = await starting;
  await seen.settle([...briefs.keys()], healMs);
  const healedMs = performance.now() - lastKill;
  await relay.stopAll();

  const history = await recordedHistory(relay, { answers, statuses: seen.statuses, briefs });
  const violations = checkHistory(history);
  const closed = [...briefs.keys()].filter((run) => seen.last.get(run)?.state === "closed").length;
  const missed = [...struck].filter(([, times]) => times === 0).map(([name]) => name);
  return {
    kills: total(),
    struck: Object.fromEntries(struck),
    missed,
    runs: briefs.size,
    closed,
    violations,
    healedMs,
    ms: performance.now() - began,
  };
}

/** One of the failpoints that struck least. */
function pickPoint(role: RoleName, struck: ReadonlyMap<string, number>, random: Random): string {
  const times = (point: string): number => struck.get(`${role} ${point}`) ?? 0;
  const least = Math.min(...failpoints[role].map(times));
  const candidates = failpoints[role].filter((point) => times(point) <= least + (random.chance(0.3) ? 2 : 0));
  return random.pick(candidates);
}

interface Seen {
  readonly statuses: readonly RunStatus[];
  readonly last: ReadonlyMap<string, RunStatus>;
  add(run: string): void;
  /** Resolves once all runs are closed, or time is up. */
  settle(runs: readonly string[], limitMs: number): Promise<void>;
}

/** Looks at every run that isn't closed, whenever main answers. */
function watchRuns(relay: ChaosRelay, over: AbortSignal): Seen {
  const statuses: RunStatus[] = [];
  const last = new Map<string, RunStatus>();
  const open = new Set<string>();
  const seenAll = new AbortController();
  const look = async (): Promise<void> => {
    for (const run of open) {
      const status = await relay.status(run).catch(() => undefined);
      if (status === undefined) continue;
      statuses.push(status);
      last.set(run, status);
      if (isClosed(status)) open.delete(run);
    }
  };
  const watching = (async () => {
    while (!seenAll.signal.aborted && !over.aborted) {
      await look();
      await delay(100);
    }
  })();
  return {
    statuses,
    last,
    add: (run) => void open.add(run),
    async settle(runs, limitMs) {
      const started = performance.now();
      while (runs.some((run) => last.get(run)?.state !== "closed") && performance.now() - started < limitMs) await delay(50);
      seenAll.abort();
      await watching;
    },
  };
}

/** Keeps some runs going, each asked for until main has signed for it. */
async function startRuns(relay: ChaosRelay, { seen, signal }: { seen: Seen; signal: AbortSignal }) {
  const answers: RecordedAnswer[] = [];
  const briefs = new Map<string, string>();
  const going = (): number => [...briefs.keys()].filter((run) => seen.last.get(run)?.state !== "closed").length;
  while (!signal.aborted) {
    if (going() >= inFlight) {
      await delay(50);
      continue;
    }
    const id = randomUUIDv7();
    const brief = `# What is number ${briefs.size + 1}?\n`;
    const { task, receipt } = await relay.run(brief, { id, isLarge: briefs.size % 2 === 1 });
    briefs.set(id, brief);
    seen.add(id);
    answers.push({ from: "script", to: "main", task, receipt });
  }
  return { answers, briefs };
}
