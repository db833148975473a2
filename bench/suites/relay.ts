import { startBenchRelay } from "../bench-relay.ts";
import { type Driven, driveRelay, type RelayDriver } from "../drive-relay.ts";
import { startEarlierRelay } from "../earlier-relay.ts";
import { spreadOf } from "../measure.ts";
import { type Figure, ms, perSecond, type Suite } from "../suite.ts";

const roles = ["main", "nano", "sg", "jp"];
const rounds = 3;
const warmMs = 3_000;
const aloneMs = 3_000;
const togetherMs = 5_000;
const inFlight = 32;

type Measured = Awaited<ReturnType<RelayDriver["measure"]>>;
interface Round {
  readonly alone: Measured;
  readonly together: Measured;
}

function toFigures(name: string, taken: readonly Round[]): Figure[] {
  const figure = (what: string, value: string, measured: readonly Measured[]): Figure => {
    const [rates, p50s, cpu] = [
      spreadOf(measured.map(({ perSecond: rate }) => rate)),
      spreadOf(measured.map(({ ms: { median } }) => median)),
      spreadOf(measured.map(({ cpuMs }) => cpuMs)),
    ];
    const runs = measured.reduce((sum, { ms: { samples } }) => sum + samples, 0);
    return {
      what: `${name}: ${what}`,
      value,
      detail: `${perSecond(rates.min)}–${perSecond(rates.max)}, p50 ${ms(p50s.min)}–${ms(p50s.max)}, ${runs} runs; ${ms(cpu.median)} of processor time a run`,
    };
  };
  const [alone, together] = [taken.map((round) => round.alone), taken.map((round) => round.together)];
  return [
    figure("one run at a time, to closed, p50", ms(spreadOf(alone.map(({ ms: { median } }) => median)).median), alone),
    figure(`${inFlight} runs in flight, runs closed`, perSecond(spreadOf(together.map((each) => each.perSecond)).median), together),
  ];
}

export const relay: Suite = {
  name: "relay",
  what: "A whole run over four processes, work that takes no time, from POST /task to main's signed 'closed': four files of 1 KB; messages alone; --baseline REF",
  async measure({ baseline }) {
    await using stack = new AsyncDisposableStack();
    const drivers = new Map<string, RelayDriver>();
    const add = (name: string, nodes: Driven & AsyncDisposable): void => {
      stack.use(nodes);
      drivers.set(name, stack.use(driveRelay(nodes)));
    };
    add("files", await startBenchRelay(roles));
    add("messages", await startBenchRelay(roles, { pipeline: "messages" }));
    if (baseline !== undefined) add(`files at ${baseline}`, await startEarlierRelay(baseline, roles));
    for (const driver of drivers.values()) await driver.measure({ forMs: warmMs, inFlight: 4 });
    const taken = new Map<string, Round[]>([...drivers.keys()].map((name) => [name, []]));
    for (let round = 0; round < rounds; round += 1)
      for (const [name, driver] of drivers)
        taken.get(name)?.push({
          alone: await driver.measure({ forMs: aloneMs, inFlight: 1 }),
          together: await driver.measure({ forMs: togetherMs, inFlight }),
        });
    const figures = [...taken].flatMap(([name, rounds]) => toFigures(name, rounds));
    if (baseline === undefined) return figures;
    const earlier = taken.get(`files at ${baseline}`) ?? [];
    const times = spreadOf(
      (taken.get("files") ?? []).map(({ together }, round) => together.perSecond / (earlier[round]?.together.perSecond ?? Number.NaN)),
    );
    return [
      ...figures,
      {
        what: `files, ${inFlight} in flight: times ${baseline}`,
        value: times.median.toFixed(2),
        detail: `${times.min.toFixed(2)}–${times.max.toFixed(2)}, ${rounds} rounds`,
      },
    ];
  },
};
