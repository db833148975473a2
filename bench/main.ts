// Program of `pnpm bench [SUITE…] [--baseline REF] [--json FILE]`, the only place from which speed and memory are claimed.
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { type Machine, readMachine } from "./machine.ts";
import type { Figure, Suite } from "./suite.ts";
import { ack } from "./suites/ack.ts";
import { artifacts } from "./suites/artifacts.ts";
import { byzantine } from "./suites/byzantine.ts";
import { follower } from "./suites/follower.ts";
import { growth } from "./suites/growth.ts";
import { idle } from "./suites/idle.ts";
import { loop } from "./suites/loop.ts";
import { open } from "./suites/open.ts";
import { relay } from "./suites/relay.ts";
import { rivals } from "./suites/rivals.ts";
import { shipped } from "./suites/shipped.ts";
import { small } from "./suites/small.ts";
import { start } from "./suites/start.ts";
import { upload } from "./suites/upload.ts";

const suites: readonly Suite[] = [
  ack,
  relay,
  shipped,
  small,
  start,
  idle,
  upload,
  artifacts,
  loop,
  byzantine,
  follower,
  rivals,
  growth,
  open,
];
const quality = "quality";
const documents = "documents";

function toTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, value, detail = "", budget = "", isMissed = false }) => [
    what,
    value,
    detail,
    budget && `budget ${budget}${isMissed ? ": MISSED" : ""}`,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd()).join("\n");
}

function describe({ cpu, cores, memoryGiB, node, load, fsyncsPerSecond }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, Node ${node}, load ${load}, ${fsyncsPerSecond} fsyncs/s`;
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: "string" }, baseline: { type: "string" } } });
const known = [...suites.map(({ name }) => name), quality, documents];
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}. There are: ${known.join(", ")}.`);
  process.exit(2);
}
const isWanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name);
// Servers that a suite has started end with this process, and the nodes when it is gone.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
const { baseline } = values;
const machine = await readMachine();
console.log(describe(machine));
const results: Record<string, readonly Figure[]> = {};
for (const suite of suites.filter(({ name, isNamed }) => positionals.includes(name) || (isNamed !== true && isWanted(name)))) {
  console.log(`\n${suite.name}: ${suite.what}`);
  const figures = await suite.measure(baseline === undefined ? {} : { baseline });
  results[suite.name] = figures;
  console.log(toTable(figures));
  if (figures.some(({ isMissed }) => isMissed)) process.exitCode = 1;
}
if (isWanted(quality)) {
  console.log(`\n${quality}: what the embedded executor finds, cites and leaves out`);
  await import("./quality.ts");
}
if (isWanted(documents)) {
  console.log(`\n${documents}: what comes out of real documents, and what is said to be left out`);
  await import("./documents.ts");
}
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify({ at: new Date(), machine, results }, undefined, 2)}\n`);
