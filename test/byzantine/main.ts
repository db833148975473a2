// `pnpm byzantine --role nano`: one role lies, generated from a seed, beside honest runs; and what is left of it.
import { parseArgs } from "node:util";
import { roles } from "../chaos/chaos-relay.ts";
import { tellLies } from "./storm.ts";

const usage = `pnpm byzantine --role ROLE [--lies N] [--seed SEED] [--kind TEXT]

  --role ROLE    the role whose node lies: ${roles.join(", ")}
  --lies N       lies (default 500)
  --seed SEED    what is told follows from it (default: chosen by the time)
  --kind TEXT    only kinds of lies whose names have this in them
`;

const { values } = parseArgs({
  options: {
    role: { type: "string" },
    lies: { type: "string", default: "500" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    kind: { type: "string", default: "" },
    help: { type: "boolean", default: false },
  },
});
const role = roles.find((name) => name === values.role);
const isWrong = ![values.lies, values.seed].every((value) => /^\d{1,15}$/.test(value));
if (values.help || isWrong || role === undefined) {
  process.stdout.write(usage);
  process.exit(values.help ? 0 : 2);
}
console.log(`seed ${values.seed}: ${role} lies (when each lie strikes is up to the machine)`);
const report = await tellLies({ role, seed: Number(values.seed), lies: Number(values.lies), only: values.kind, log: console.log });
for (const [name, times] of Object.entries(report.told)) console.log(`${String(times).padStart(6)} ${name}`);
const { told: _, liedAbout, kept, ...rest } = report;
console.log(JSON.stringify(rest, null, 1));
for (const { run, state, blocks } of liedAbout) console.log(run, state, ...blocks);
console.log(
  `kept of one run at most: ${Math.max(0, ...kept.map(({ messages }) => messages))} messages, ${Math.max(0, ...kept.map(({ bytes }) => bytes))} bytes`,
);
