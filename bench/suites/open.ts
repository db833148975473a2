import { randomUUIDv7 } from "node:crypto";
import { startBenchRelay } from "../bench-relay.ts";
import { multiplyRun } from "../grow-store.ts";
import { spreadOf, timed, within } from "../measure.ts";
import { ms, type Suite } from "../suite.ts";

const roles = ["main", "nano", "sg", "jp"];
const openRuns = 10_000;
const dispatches = 30;
const mostMs = 120_000;

/** A main whose runs all wait for a node that is away: so many of them, or one. */
async function openMain(copies: number, stack: AsyncDisposableStack) {
  const relay = stack.use(await startBenchRelay(roles, { isProbed: true }));
  const stop = new AbortController();
  stack.defer(() => stop.abort());
  const dispatched = new Map<string, () => void>();
  const follow = async (): Promise<void> => {
    for await (const { leaf } of relay.client("main", "operator").watch(0, { signal: stop.signal })) {
      const event = JSON.parse(leaf) as { run?: string; type: string };
      if (event.type === "sent" && event.run !== undefined) dispatched.get(event.run)?.();
    }
  };
  /** Starts a run. Resolves when main has committed its first dispatch. */
  const dispatch = async (): Promise<string> => {
    const id = randomUUIDv7();
    const { promise, resolve } = Promise.withResolvers<void>();
    dispatched.set(id, resolve);
    const answer = await fetch(`${relay.urlOf("main")}/task`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(await relay.as("operator")) },
      body: JSON.stringify({ id, kind: "run", brief: "What is it?" }),
    });
    if (answer.status !== 202) throw new Error(`main answered ${answer.status}: ${await answer.text()}`);
    await within(mostMs, `the dispatch of run ${id}`, promise);
    return id;
  };
  void follow();
  await dispatch(); // main knows all nodes from then on
  await relay.kill("nano");
  const run = await dispatch();
  await relay.kill("main");
  if (copies > 0) multiplyRun(relay.folder("main"), { run, copies });
  const started = await timed(() => relay.start("main"));
  return { relay, dispatch, started };
}

export const open: Suite = {
  name: "open",
  what: `Main with ${openRuns} open runs, all of which wait for a node that is away, beside a main with a few`,
  isNamed: true,
  async measure() {
    await using stack = new AsyncDisposableStack();
    const mains = { many: await openMain(openRuns, stack), one: await openMain(0, stack) };
    for (const main of Object.values(mains)) for (let nth = 0; nth < 5; nth += 1) await main.dispatch();
    await Promise.all(Object.values(mains).map(({ relay }) => relay.heldOf("main")));
    const steps: Record<keyof typeof mains, number[]> = { many: [], one: [] };
    for (let nth = 0; nth < dispatches; nth += 1)
      for (const which of ["many", "one"] as const) steps[which].push(await timed(() => mains[which].dispatch()));
    const [many, one] = [spreadOf(steps.many), spreadOf(steps.one)];
    const memory = async (which: keyof typeof mains) => (await mains[which].relay.memoryOf("main")).now;
    const held = await mains.many.relay.heldOf("main");
    return [
      {
        what: `main with ${openRuns} open runs whose node is away`,
        value: `${(await memory("many")).toFixed(0)} MiB`,
        detail: `${(await memory("one")).toFixed(0)} MiB with a few; listens after ${ms(mains.many.started)}, and ${ms(mains.one.started)}`,
      },
      {
        what: "a run more, from POST to the commit of its dispatch, p50",
        value: ms(many.median),
        detail: `${ms(many.min)}–${ms(many.max)}; ${ms(one.median)} with a few; one turn at most ${ms(held.clockMs)} by the clock, ${ms(held.cpuMs)} of processor time`,
      },
    ];
  },
};
