import { randomUUIDv7 } from "node:crypto";
import { type BenchRelay, startBenchRelay } from "../bench-relay.ts";
import { drive, type Spread } from "../measure.ts";
import { type Figure, ms, perSecond, type Suite } from "../suite.ts";

const alone = 40;
const together = 400;
const inFlight = 32;

/** Starts a run with an inline brief. Resolves when main's status says that it is closed. */
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

/** Tells of each run that main closes, from its feed. */
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
  async run() {
    await using nodes = await startBenchRelay(["main", "nano", "sg", "jp"]);
    const stop = new AbortController();
    const closed = followClosed(nodes, stop.signal);
    const measure = (count: number, lanes: number) => drive({ count, inFlight: lanes }, () => relayOne(nodes, closed));
    await measure(20, 4);
    const single = await measure(alone, 1);
    const many = await measure(together, inFlight);
    stop.abort();
    const figure = (what: string, value: string, spread: Spread): Figure => ({
      what,
      value,
      beside: `${ms(spread.min)}–${ms(spread.max)}, p99 ${ms(spread.p99)}, ${spread.samples} runs`,
    });
    return [
      figure("one run at a time, to closed, p50", ms(single.ms.median), single.ms),
      figure(`${inFlight} runs in flight, runs closed`, perSecond(many.perSecond), many.ms),
    ];
  },
};
