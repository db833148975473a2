import { randomUUIDv7 } from "node:crypto";
import { type BenchRelay, startBenchRelay } from "../bench-relay.ts";
import { drive } from "../measure.ts";
import { type Figure, ms, perSecond, type Suite } from "../suite.ts";

const warmMs = 3_000;
const aloneMs = 6_000;
const togetherMs = 10_000;
const inFlight = 32;

/** Starts a run with an inline brief. Resolves when main's feed says that the run is closed. */
async function relayOne(relay: BenchRelay, closed: ReadonlyMap<string, () => void> & Map<string, () => void>): Promise<void> {
  const id = randomUUIDv7();
  const { promise, resolve } = Promise.withResolvers<void>();
  closed.set(id, resolve);
  const answer = await fetch(`${relay.urlOf("main")}/task`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(await relay.as("operator")) },
    body: JSON.stringify({ id, kind: "run", brief: "What is it?" }),
  });
  if (answer.status !== 202) throw new Error(`main answered ${answer.status}: ${await answer.text()}`);
  await promise;
}

/** Follows main's feed, and calls the function that waits for a run when the run is closed. */
function followClosed(relay: BenchRelay, signal: AbortSignal): Map<string, () => void> {
  const waiting = new Map<string, () => void>();
  const follow = async (): Promise<void> => {
    for await (const { leaf } of relay.client("main", "operator").watch(0, { signal })) {
      const event = JSON.parse(leaf) as { run?: string; type: string };
      if (event.type === "closed" && event.run !== undefined) waiting.get(event.run)?.();
    }
  };
  void follow();
  return waiting;
}

export const relay: Suite = {
  name: "relay",
  what: "A whole run over four processes: four files of 1 KB, work that takes no time, from POST /task to main's signed 'closed'",
  async measure() {
    const roles = ["main", "nano", "sg", "jp"];
    await using nodes = await startBenchRelay(roles);
    const stop = new AbortController();
    const closed = followClosed(nodes, stop.signal);
    const cpu = async () => (await Promise.all(roles.map((role) => nodes.cpuOf(role)))).reduce((sum, each) => sum + each, 0);
    const measure = async (forMs: number, lanes: number) => {
      const before = await cpu();
      const result = await drive({ forMs, inFlight: lanes }, () => relayOne(nodes, closed));
      return { ...result, cpuMs: ((await cpu()) - before) / result.ms.samples };
    };
    await measure(warmMs, 4);
    const single = await measure(aloneMs, 1);
    const many = await measure(togetherMs, inFlight);
    stop.abort();
    const figure = (what: string, value: string, { ms: spread, cpuMs }: Awaited<ReturnType<typeof measure>>): Figure => ({
      what,
      value,
      detail: `${ms(spread.min)}–${ms(spread.max)}, p99 ${ms(spread.p99)}, ${spread.samples} runs; ${ms(cpuMs)} of processor time a run`,
    });
    return [
      figure("one run at a time, to closed, p50", ms(single.ms.median), single),
      figure(`${inFlight} runs in flight, runs closed`, perSecond(many.perSecond), many),
    ];
  },
};
