// `pnpm chaos --kills N`: kills nodes of a busy relay at every boundary of their work, and judges what is left.
import { parseArgs } from "node:util";
import { createRandom } from "../sim/random.ts";
import { killStorm } from "./kill-storm.ts";
import { toReport } from "./report.ts";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "2000" }, seed: { type: "string", default: String(Date.now() % 1_000_000) } },
});
console.log(`seed ${values.seed} (the order of kills; when they strike is up to the machine)`);
const report = await killStorm({ kills: Number(values.kills), random: createRandom(Number(values.seed)), log: console.log });
for (const line of toReport(report)) console.log(line);
process.exitCode = report.violations.length === 0 && report.closed === report.runs ? 0 : 1;
