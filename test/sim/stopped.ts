// A process of its own, with `register.ts` preloaded: in the midst of a run, while its first role works, each node's process is stopped for an
// hour (SIGSTOP), or its clock steps by a day. Prints what was seen, as JSON.
import { hasEnded } from "@tasuki/protocol";
import { checkHistory } from "../history/check-history.ts";
import { createSimulation } from "./create-simulation.ts";
import { noFaults } from "./faults.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const befalls = {
  "stopped for an hour": { stop: hour, skew: 0 },
  "a day ahead": { stop: 0, skew: day },
  "a day behind": { stop: 0, skew: -day },
} as const;

/** Times are milliseconds since the simulation began. */
export interface Befallen {
  readonly node: string;
  readonly what: string;
  readonly at: number;
  readonly closedAt: number;
  readonly run: { readonly state: string; readonly epoch: number };
  readonly violations: readonly string[];
}

async function befall(node: string, what: keyof typeof befalls): Promise<Befallen> {
  const { time, nodes, workload, recorder, known, advance, end } = createSimulation({ seed: 1, roles: 3, mix: noFaults });
  for (const one of nodes.values()) one.start();
  time.after(1_000, () => workload.ask(false));
  await advance(hour, () => known().some(({ stages }) => stages[0]?.rung === "started"));
  const at = time.now();
  const found = nodes.get(node);
  if (found === undefined) throw new Error(`there is no node ${node}`);
  const { stop, skew } = befalls[what];
  if (stop > 0) found.stop(stop);
  found.skew = skew;
  await advance(at + 3 * hour, () => known().length > 0 && known().every(hasEnded));
  const closedAt = time.now();
  await advance(time.now() + 2 * minute);
  const briefs = new Map(workload.requested.map(({ id, brief }) => [id, brief]));
  const violations = checkHistory(await recorder.history(briefs)).map(({ guarantee, what: fault }) => `${guarantee}: ${fault}`);
  const [run] = known();
  if (run === undefined) throw new Error("main knows of no run");
  end();
  return { node, what, at, closedAt, run: { state: run.state, epoch: run.epoch }, violations };
}

const seen: Befallen[] = [];
for (const node of ["main", "nano", "sg", "jp"])
  for (const what of Object.keys(befalls) as (keyof typeof befalls)[]) seen.push(await befall(node, what)); // the table's own keys
process.stdout.write(`${JSON.stringify(seen)}\n`);
