// `pnpm hostile`: hostile requests against real nodes, generated from a seed, each answer judged.
import { parseArgs } from "node:util";
import { startHostileRelay } from "./hostile-relay.ts";
import { kinds } from "./kinds.ts";
import { findLeftovers } from "./leftovers.ts";
import { describeViolation, storm } from "./storm.ts";

const usage = `pnpm hostile [--requests N] [--seed SEED] [--kind NAME]…

  --requests N    requests (default 100000)
  --seed SEED     what is sent follows from it (default: chosen by the time)
  --kind NAME     only these: ${kinds.map(({ name }) => name).join(", ")}
`;

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    kind: { type: "string", multiple: true },
    help: { type: "boolean", default: false },
  },
});
const [requests, seed] = [Number(values.requests), Number(values.seed)];
const isWrong =
  !Number.isSafeInteger(requests) || !Number.isSafeInteger(seed) || values.kind?.some((name) => !kinds.some((kind) => kind.name === name));
if (values.help || isWrong === true) {
  process.stdout.write(usage);
  process.exit(values.help ? 0 : 2);
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
await using relay = await startHostileRelay();
console.log(`seed ${seed}`);
await storm(relay, { requests: Math.min(requests, 3_000), seed: seed + 1_000_000 });
const before = await Promise.all(relay.nodes.map((node) => node.heldBytes()));
const report = await storm(relay, { requests, seed, ...(values.kind && { only: values.kind }) });
const after = await Promise.all(relay.nodes.map((node) => node.heldBytes()));
const resident = await Promise.all(relay.nodes.map((node) => node.residentBytes()));
await relay.stop();
const leftovers = await findLeftovers(relay);

for (const [answer, times] of Object.entries(report.answers).sort(([, one], [, other]) => other - one))
  console.log(`${String(times).padStart(8)} ${answer}`);
console.log(
  `${report.requests} requests in ${(report.ms / 1000).toFixed(1)} s, ${Math.round((report.requests * 1000) / report.ms)} a second`,
);
console.log(
  `held after collection, MB: ${after.map((bytes, at) => `${megabytes(before[at] ?? 0)} before, ${megabytes(bytes)} after`).join("; ")}; resident ${resident.map(megabytes).join(", ")}`,
);
for (const violation of report.violations) console.log(describeViolation(violation));
for (const leftover of leftovers) console.log(`left: ${leftover}`);
for (const line of relay.told()) console.log(`a secret was logged: ${line}`);
console.log(`${report.violations.length} wrong answers, ${leftovers.length} things left, ${relay.told().length} secrets told`);
process.exitCode = report.violations.length + leftovers.length + relay.told().length === 0 ? 0 : 1;
