// `pnpm chaos --kills N`: kills nodes of a busy relay at every boundary of their work, and judges what is left.
import { parseArgs } from "node:util";
import { createRandom } from "../sim/random.ts";
import { killStorm } from "./kill-storm.ts";
import { toReport } from "./report.ts";

const usage = `pnpm chaos [--kills N] [--seed SEED]

  --kills N      kills (default 2000)
  --seed SEED    the order of the kills follows from it (default: chosen by the time)
`;

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "2000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    help: { type: "boolean", default: false },
  },
});
const isWrong = ![values.kills, values.seed].every((value) => /^\d{1,15}$/.test(value));
if (values.help || isWrong) {
  process.stdout.write(usage);
  process.exit(values.help ? 0 : 2);
}
console.log(`seed ${values.seed} (the order of kills; when they strike is up to the machine)`);
const report = await killStorm({ kills: Number(values.kills), random: createRandom(Number(values.seed)), log: console.log });
for (const line of toReport(report)) console.log(line);
process.exitCode = report.violations.length === 0 && report.closed === report.runs ? 0 : 1;
