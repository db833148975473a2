// A process of its own, with `register.ts` preloaded: in the midst of a run each node's process is stopped for an hour (SIGSTOP), its clock steps by a
// day, or its machine is off or cut off for a night, before its own work and in the midst of it. Prints what was seen, as JSON.
import { hasEnded, type RunStatus } from "@tasuki/protocol";
import { checkHistory } from "../history/check-history.ts";
import { createSimulation, type Simulation } from "./create-simulation.ts";
import { noFaults } from "./faults.ts";
import { operator, type SimulatedNode } from "./relay.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const night = 10 * hour;

type Befall = (node: SimulatedNode, simulation: Simulation) => void;
type Moment = (run: RunStatus, node: string) => boolean;

const firstStarted: Moment = ({ stages: [first] }) => first?.rung === "started";
const ownStarted: Moment = ({ stages }, node) => (stages.find(({ stage }) => stage === node) ?? stages[0])?.rung === "started";
const off: Befall = (node) => node.kill(true, night);
const cutOff: Befall = ({ name }, { time, faults, nodes }) => time.after(night, faults.cut([name], [...nodes.keys(), operator], false));

const befalls: Readonly<Record<string, readonly [Moment, Befall]>> = {
  "stopped for an hour": [firstStarted, (node) => node.stop(hour)],
  "a day ahead": [firstStarted, (node) => (node.skew = day)],
  "a day behind": [firstStarted, (node) => (node.skew = -day)],
  "off for a night, once the run was asked for": [() => true, off],
  "off for a night, in the midst of its work": [ownStarted, off],
  "cut off for a night, once the run was asked for": [() => true, cutOff],
  "cut off for a night, in the midst of its work": [ownStarted, cutOff],
};

/** Times are milliseconds since the simulation began. */
export interface Befallen {
  readonly node: string;
  readonly what: string;
  readonly at: number;
  readonly closedAt: number;
  readonly run: { readonly state: string; readonly epoch: number };
  readonly violations: readonly string[];
}

async function befall(node: string, what: string, [moment, happen]: readonly [Moment, Befall]): Promise<Befallen> {
  const simulation = createSimulation({ seed: 1, roles: 3, mix: noFaults });
  const { time, nodes, workload, recorder, known, advance, end } = simulation;
  for (const one of nodes.values()) one.start();
  time.after(1_000, () => workload.ask(false));
  await advance(hour, () => known().some((run) => moment(run, node)));
  const at = time.now();
  const found = nodes.get(node);
  if (found === undefined) throw new Error(`there is no node ${node}`);
  happen(found, simulation);
  await advance(at + night + 3 * hour, () => known().length > 0 && known().every(hasEnded));
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
  for (const [what, how] of Object.entries(befalls)) seen.push(await befall(node, what, how));
process.stdout.write(`${JSON.stringify(seen)}\n`);
