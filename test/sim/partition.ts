// A process of its own, with `register.ts` preloaded: finished work of each role waits out a partition of 17 minutes, and a restart in
// the middle of it; ten times, for the pauses between two tries are chance. Prints what was seen, as JSON.
import { hasEnded } from "@tasuki/protocol";
import { checkHistory } from "../history/check-history.ts";
import { createSimulation } from "./create-simulation.ts";
import { noFaults } from "./faults.ts";
import { operator } from "./relay.ts";

/** Times are milliseconds since the simulation began. */
export interface WaitedOut {
  readonly role: string;
  readonly cutAt: number;
  readonly producedAt: number;
  /** Tries that nobody answered, and the restarts of the node, until the network was whole. */
  readonly tries: number;
  readonly restarts: number;
  readonly wholeAt: number;
  readonly arrivedAt: number;
  readonly closedAt: number;
  readonly run: { readonly state: string; readonly epoch: number };
  readonly violations: readonly string[];
}

const minute = 60_000;
const cutMs = 17 * minute;
const atMost = 60 * minute;

async function waitOut(seed: number, role: string): Promise<WaitedOut> {
  const { time, faults, nodes, workload, recorder, known, advance, end } = createSimulation({ seed, roles: 3, mix: noFaults });
  const node = nodes.get(role);
  if (node === undefined) throw new Error(`there is no role ${role}`);
  const work = async () =>
    (await node.running()?.store.history({ limit: 100 }))?.map(({ row }) => row).findLast(({ payload }) => payload.kind === "work");
  const handOff = async () => (await node.running()?.store.statusOf({ task: (await work())?.id ?? "" }))?.outbox.at(-1);
  for (const one of nodes.values()) one.start();
  time.after(1_000, () => workload.ask(false));

  await advance(atMost, async () => (await work())?.state === "running");
  const cutAt = time.now();
  const mend = faults.cut([role], [...nodes.keys(), operator], false);
  await advance(atMost, async () => (await work())?.state === "produced");
  const producedAt = time.now();
  const boot = node.running()?.boot;
  time.after(cutMs / 2, () => node.kill(true));
  await advance(cutAt + cutMs);
  const { tries = 0 } = (await handOff()) ?? {};
  const restarts = node.running()?.boot === boot ? 0 : 1;
  mend();
  // Main may close the run before the answer is back: then it is withdrawn.
  await advance(atMost, async () => (await handOff())?.state !== "pending");
  const arrivedAt = time.now();
  await advance(atMost, () => known().every(hasEnded));
  const closedAt = time.now();

  const briefs = new Map(workload.requested.map(({ id, brief }) => [id, brief]));
  const violations = checkHistory(await recorder.history(briefs)).map(({ guarantee, what }) => `${guarantee}: ${what}`);
  const [run] = known();
  if (run === undefined) throw new Error("main knows of no run");
  end();
  const { state, epoch } = run;
  return { role, cutAt, producedAt, tries, restarts, wholeAt: cutAt + cutMs, arrivedAt, closedAt, run: { state, epoch }, violations };
}

const seen: WaitedOut[] = [];
for (let seed = 1; seed <= 10; seed += 1) for (const role of ["nano", "sg", "jp"]) seen.push(await waitOut(seed, role));
process.stdout.write(`${JSON.stringify(seen)}\n`);
