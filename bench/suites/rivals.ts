import { measureAck, startRaw, wayOf } from "../ack-way.ts";
import { startBenchRelay } from "../bench-relay.ts";
import { type Driven, driveRelay } from "../drive-relay.ts";
import { startEarlierRelay } from "../earlier-relay.ts";
import { spreadOf } from "../measure.ts";
import { type RivalServer, startPostgres, startRedis } from "../rival-servers.ts";
import { installRivals, startRival } from "../start-rival.ts";
import { type Figure, ms, perSecond, type Suite } from "../suite.ts";

const roles = ["main", "nano", "sg", "jp"];
const rounds = 3;
const clients = 64;
const inFlight = 32;
const ackMs = 2_000;
const aloneMs = 2_000;
const togetherMs = 4_000;
const warmMs = 3_000;
/** Tasks of a round of ours: they are signed before the time is taken. */
const ackTasks = 3_000;

/** Figures of one measurement of a contender. */
interface Taken {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  /** Processor time of each, all processes together, milliseconds: other processes take no part in it. */
  readonly cpuMs: number;
}
/** Something that is measured beside the others. */
interface Contender {
  readonly name: string;
  measure(load: { readonly forMs: number; readonly inFlight: number }): Promise<Taken>;
}
type Rounds = ReadonlyMap<string, readonly Taken[]>;

const databases = ["ack", "relay"] as const;
type Part = (typeof databases)[number];

/** A rival, and the server that it stands on. */
const known: readonly { readonly name: string; readonly on: "postgres" | "redis" }[] = [
  { name: "graphile-worker", on: "postgres" },
  { name: "pg-boss", on: "postgres" },
  { name: "postgresql", on: "postgres" },
  { name: "bullmq", on: "redis" },
];

const skipped = (name: string, error: unknown): void =>
  console.log(`  SKIPPED ${name}: ${error instanceof Error ? error.message.trim() : String(error)}`);

/** Starts what can be started, and says what can't. */
async function startServers(stack: AsyncDisposableStack): Promise<ReadonlyMap<string, RivalServer>> {
  const servers = new Map<string, RivalServer>();
  const start = { postgres: () => startPostgres(databases), redis: startRedis };
  try {
    await installRivals();
  } catch (error) {
    skipped("all rivals, which can't be installed", error);
    return servers;
  }
  for (const [name, open] of Object.entries(start))
    try {
      const server = stack.use(await open());
      console.log(`  ${server.what}`);
      servers.set(name, server);
    } catch (error) {
      skipped(`the rivals on ${name}`, error);
    }
  return servers;
}

async function startRivals(part: Part, servers: ReadonlyMap<string, RivalServer>, stack: AsyncDisposableStack): Promise<Contender[]> {
  const contenders: Contender[] = [];
  for (const { name, on } of known) {
    const server = servers.get(on);
    if (server === undefined) continue;
    try {
      const rival = stack.use(await startRival(name, `${server.url}/${on === "postgres" ? part : ""}`));
      contenders.push({
        name,
        async measure(load) {
          const cpu = async () => (await server.cpu()) + (await rival.cpu());
          const before = await cpu();
          const { ms: spread, perSecond: rate } = await rival.measure(part, load);
          return { p50: spread.median, perSecond: rate, cpuMs: ((await cpu()) - before) / spread.samples };
        },
      });
    } catch (error) {
      skipped(name, error);
    }
  }
  return contenders;
}

/** Measures each contender in each round, one after another. */
async function alternate(
  what: string,
  contenders: readonly Contender[],
  load: { readonly forMs: number; readonly inFlight: number },
): Promise<Rounds> {
  const taken = new Map(contenders.map(({ name }) => [name, [] as Taken[]]));
  for (let round = 0; round < rounds; round += 1)
    for (const each of contenders) {
      const measured = await each.measure(load);
      taken.get(each.name)?.push(measured);
      console.log(
        `  ${what}, round ${round + 1}: ${each.name} ${perSecond(measured.perSecond)}, p50 ${ms(measured.p50)}, ${ms(measured.cpuMs)} of processor time each`,
      );
    }
  return taken;
}

/** Spread of the ratios of two contenders, round by round. */
function ratio(taken: Rounds, field: keyof Taken, { over, under }: { over: string; under: string }) {
  return spreadOf((taken.get(over) ?? []).map((each, round) => each[field] / (taken.get(under)?.[round]?.[field] ?? Number.NaN)));
}

function lines(what: string, taken: Rounds): Figure[] {
  return [...taken].map(([name, each]) => {
    const [rate, p50, cpu] = [
      spreadOf(each.map((one) => one.perSecond)),
      spreadOf(each.map((one) => one.p50)),
      spreadOf(each.map((one) => one.cpuMs)),
    ];
    return {
      what: `${what}: ${name}`,
      value: perSecond(rate.median),
      detail: `${perSecond(rate.min)}–${perSecond(rate.max)}; p50 ${ms(p50.median)} (${ms(p50.min)}–${ms(p50.max)}); ${ms(cpu.median)} of processor time each`,
    };
  });
}

interface Budget {
  readonly over: string;
  readonly under: string;
  readonly field?: "p50" | "cpuMs";
  /** The ratio at least; of a time, at most. */
  readonly budget?: number;
}

function toRatio(what: string, taken: Rounds, { over, under, field, budget }: Budget): Figure[] {
  if (!taken.has(under)) return [];
  const { min, median, max } = ratio(taken, field ?? "perSecond", { over, under });
  const isMissed = budget !== undefined && (field === undefined ? median < budget : median > budget);
  const of = { perSecond: "", p50: ", p50", cpuMs: ", processor time of each" };
  return [
    {
      what: `${what}: ${over} / ${under}${of[field ?? "perSecond"]}`,
      value: median.toFixed(2),
      detail: `${min.toFixed(2)}–${max.toFixed(2)}, ${rounds} rounds`,
      ...(budget !== undefined && { budget: `${field === undefined ? "≥" : "≤"} ${budget}`, isMissed }),
    },
  ];
}

async function measureAcks(servers: ReadonlyMap<string, RivalServer>): Promise<Figure[]> {
  await using stack = new AsyncDisposableStack();
  const relay = stack.use(await startBenchRelay(["nano"]));
  const raw = stack.use(await startRaw(relay.folder("nano")));
  const rest = await wayOf(relay, "/task", (task) => task);
  const signed = { ...rest, url: `${raw.url}/signed`, headers: {}, cpu: raw.cpu };
  const ours = "ours, REST";
  const least = "node:http, same commit, check and signature";
  const contenders: Contender[] = [
    { name: ours, measure: async (load) => toMeasured(await measureAck(rest, { ...load, count: ackTasks })) },
    { name: least, measure: async (load) => toMeasured(await measureAck(signed, { ...load, count: ackTasks })) },
    ...(await startRivals("ack", servers, stack)),
  ];
  for (const each of contenders) await each.measure({ forMs: warmMs, inFlight: clients });
  const what = `ack, ${clients} clients`;
  const taken = await alternate(what, contenders, { forMs: ackMs, inFlight: clients });
  const budgets: Budget[] = [
    { over: ours, under: least, budget: 0.5 },
    { over: ours, under: "graphile-worker", budget: 1 },
    { over: ours, under: "pg-boss", budget: 1 },
    { over: ours, under: "postgresql" },
    { over: ours, under: "bullmq" },
  ];
  return [...lines(what, taken), ...budgets.flatMap((each) => toRatio(what, taken, each))];
}

function toMeasured({ rate, p50, cpuUs }: Awaited<ReturnType<typeof measureAck>>): Taken {
  return { perSecond: rate, p50, cpuMs: cpuUs / 1000 };
}

async function measureRelays(servers: ReadonlyMap<string, RivalServer>, baseline: string | undefined): Promise<Figure[]> {
  await using stack = new AsyncDisposableStack();
  const contenderOf = (name: string, nodes: Driven & AsyncDisposable): Contender => {
    const driver = stack.use(driveRelay(stack.use(nodes)));
    return {
      name,
      async measure(load) {
        const { ms: spread, perSecond: rate, cpuMs } = await driver.measure(load);
        return { p50: spread.median, perSecond: rate, cpuMs };
      },
    };
  };
  const [files, messages, earlier] = ["ours, files", "ours, messages", `ours at ${baseline}, files`];
  const contenders = [
    contenderOf(files, await startBenchRelay(roles)),
    contenderOf(messages, await startBenchRelay(roles, { pipeline: "messages" })),
    ...(baseline === undefined ? [] : [contenderOf(earlier, await startEarlierRelay(baseline, roles))]),
    ...(await startRivals("relay", servers, stack)),
  ];
  for (const each of contenders) await each.measure({ forMs: warmMs, inFlight: 4 });
  const [one, many] = ["relay, one run at a time", `relay, ${inFlight} in flight`];
  const alone = await alternate(one, contenders, { forMs: aloneMs, inFlight: 1 });
  const together = await alternate(many, contenders, { forMs: togetherMs, inFlight });
  return [
    ...lines(one, alone),
    ...toRatio(one, alone, { over: files, under: "graphile-worker", field: "p50", budget: 3 }),
    ...toRatio(one, alone, { over: messages, under: "graphile-worker", field: "p50" }),
    ...lines(many, together),
    ...toRatio(many, together, { over: files, under: "graphile-worker", budget: 0.4 }),
    ...toRatio(many, together, { over: files, under: "graphile-worker", field: "cpuMs" }),
    ...toRatio(many, together, { over: messages, under: "graphile-worker", field: "cpuMs" }),
    ...toRatio(many, together, { over: files, under: earlier, budget: 4 }),
    ...known.flatMap(({ name }) => {
      const isAhead = name === "graphile-worker" || name === "pg-boss";
      return toRatio(many, together, { over: messages, under: name, ...(isAhead && { budget: 1 }) });
    }),
  ];
}

export const rivals: Suite = {
  name: "rivals",
  what: `Durable queues beside ours, in turns: an acknowledgment for ${clients} clients, and a relay of four hops with 1 KB a message`,
  isNamed: true,
  async measure({ baseline }) {
    await using stack = new AsyncDisposableStack();
    const servers = await startServers(stack);
    console.log(
      "  Ours does more: each node is a process with a database of its own, reached by HTTP; every hand-off is checked against its contract, signed, " +
        "acknowledged by a signed receipt, which main verifies; a closed run is archived on each node. The rivals' four hops are workers of one process, " +
        "and their messages are neither checked nor signed.",
    );
    return [...(await measureAcks(servers)), ...(await measureRelays(servers, baseline))];
  },
};
