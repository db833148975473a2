// `pnpm sim`: the relay under simulated faults, seed by seed, those that once failed first. Prints what it came to, and for each seed that
// failed how to see it again.
import { parseArgs } from "node:util";
import { noFaults } from "./faults.ts";
import { keptSeeds } from "./kept-seeds.ts";
import { type Job, runSeeds } from "./run-seeds.ts";
import { createTally } from "./tally.ts";

const usage = `pnpm sim [--seeds N] [--from SEED] [--nodes N] [--pool N] [--mix FAULT=AMOUNT,…] [--late] [--log]

  --seeds N       simulations, after the few of seeds.json that once failed (default 100)
  --from SEED     the first seed (default 1)
  --nodes N       nodes of each relay, main included (default 4)
  --pool N        nodes of each role (default 1), so that there are more than --nodes
  --mix FAULTS    amounts of some faults in place of the seed's (FaultMix of faults.ts): lies=1 has a node of a role lie at each occasion
  --late          stores that answer late and announce late, as those over a wire may
  --log           print what the nodes log, with the simulated time in seconds; without the seeds that once failed
`;

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "100" },
    from: { type: "string", default: "1" },
    nodes: { type: "string", default: "4" },
    pool: { type: "string", default: "1" },
    mix: { type: "string", default: "" },
    late: { type: "boolean", default: false },
    log: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const [seeds, from, nodes, pool] = [values.seeds, values.from, values.nodes, values.pool].map(Number);
const mix = Object.fromEntries(
  values.mix
    .split(",")
    .filter((one) => one !== "")
    .map((one) => one.split("="))
    .map(([fault = "", amount]) => [fault, Number(amount)]),
);
const isMix = Object.entries(mix).every(
  ([fault, amount]) => typeof Object.entries(noFaults).find(([name]) => name === fault)?.[1] === "number" && amount >= 0,
);
const isWrong =
  !isMix ||
  ![seeds, from, nodes, pool].every((value) => Number.isSafeInteger(value) && Number(value) >= 0) ||
  Number(nodes) < 2 ||
  Number(pool) < 1;
if (values.help || isWrong) {
  process.stdout.write(usage);
  process.exit(values.help ? 0 : 2);
}

function* jobs(): Generator<Job, void, undefined> {
  const { late, log } = values;
  if (!log) for (const kept of keptSeeds) yield { ...kept, pool: Number(pool), late };
  for (let at = 0; at < Number(seeds); at += 1)
    yield { seed: Number(from) + at, roles: Number(nodes) - 1, mix, pool: Number(pool), late, log };
}

const tally = createTally();
await runSeeds(jobs(), {
  onReport(report) {
    const failure = tally.add(report);
    if (failure !== undefined) process.stdout.write(`${failure}\n`);
  },
  ...(values.log && { workers: 1 }),
});
process.stdout.write(`${tally.summary()}\n`);
process.exitCode = tally.failed().length === 0 ? 0 : 1;
