import { join } from "node:path";
import type { Envelope } from "@tasuki/protocol";
import { type MeasuredAck, measureAck, startRaw, type Way, wayOf } from "../ack-way.ts";
import { startBenchRelay } from "../bench-relay.ts";
import { spreadOf } from "../measure.ts";
import { type Figure, ms, percent, perSecond, type Suite } from "../suite.ts";

const rounds = 3;
const clients = 64;
const perRound = 5_000;
const aloneRounds = 800;
/** Tasks before the first that is timed: a node that has just started still compiles the code that it runs often. */
const warmUp = 8_000;

const names = ["row", "raw", "signed", "rest", "trpc", "unsigned"] as const;
type Name = (typeof names)[number];

export const ack: Suite = {
  name: "ack",
  what: "POST /task: signature checked, task committed with fsync, receipt signed; against node:http with the same commit",
  async measure() {
    await using relay = await startBenchRelay(["nano"]);
    await using unsigned = await startBenchRelay(["nano"], { program: () => join(import.meta.dirname, "../unsigned-node.ts") });
    await using raw = await startRaw(relay.folder("nano"));
    const bare = { headers: {}, toBody: (task: Envelope) => task, signer: await relay.signerOf("main"), cpu: raw.cpu };
    const ways: Readonly<Record<Name, Way>> = {
      row: { ...bare, url: `${raw.url}/row` },
      raw: { ...bare, url: `${raw.url}/task` },
      signed: { ...bare, url: `${raw.url}/signed` },
      rest: await wayOf(relay, "/task", (task) => task),
      trpc: await wayOf(relay, "/trpc/task", (envelope) => ({ envelope })),
      unsigned: await wayOf(unsigned, "/task", (task) => task),
    };
    for (const name of names) await measureAck(ways[name], { count: warmUp, inFlight: clients });
    const taken = { row: [], raw: [], signed: [], rest: [], trpc: [], unsigned: [] } as Record<
      Name,
      { many: MeasuredAck; one: MeasuredAck }[]
    >;
    for (let round = 0; round < rounds; round += 1)
      for (const name of names) {
        const many = await measureAck(ways[name], { count: perRound, inFlight: clients });
        taken[name].push({ many, one: await measureAck(ways[name], { count: aloneRounds, inFlight: 1 }) });
      }
    return toFigures(taken);
  },
};

function toFigures(taken: Readonly<Record<Name, readonly { readonly many: MeasuredAck; readonly one: MeasuredAck }[]>>): Figure[] {
  const many = (name: Name, field: keyof MeasuredAck) => spreadOf(taken[name].map((round) => round.many[field]));
  const one = (name: Name, field: keyof MeasuredAck) => spreadOf(taken[name].map((round) => round.one[field]));
  const line = (what: string, name: Name, budget?: string): Figure => ({
    what: `${what}, ${clients} clients`,
    value: perSecond(many(name, "rate").median),
    detail:
      `${perSecond(many(name, "rate").min)}–${perSecond(many(name, "rate").max)}; p99 ${ms(many(name, "p99").median)}; ` +
      `${many(name, "cpuUs").median.toFixed(0)} µs of processor time; one client p50 ${ms(one(name, "p50").median)}`,
    ...(budget !== undefined && { budget }),
  });
  const ratio = (over: Name, under: Name) => (many(over, "rate").median / many(under, "rate").median).toFixed(2);
  const share = (field: "p50" | "cpuUs") =>
    spreadOf(taken.rest.map(({ one: signed }, round) => 1 - (taken.unsigned[round]?.one[field] ?? Number.NaN) / signed[field]));
  const shown = ({ min, median, max }: ReturnType<typeof share>) => `${percent(median)} (${percent(min)}–${percent(max)})`;
  return [
    line("node:http and one row", "row"),
    line("node:http and the same commit", "raw"),
    line("node:http, the same commit, one check, one signature", "signed"),
    line("REST", "rest"),
    line("tRPC", "trpc"),
    line("REST without signatures", "unsigned"),
    { what: "REST over node:http with the same commit", value: ratio("rest", "raw") },
    { what: "REST over node:http with the same commit, check and signature", value: ratio("rest", "signed"), budget: "≥ 0.5" },
    { what: "the same, one client's p50", value: (one("rest", "p50").median / one("signed", "p50").median).toFixed(2), budget: "≤ 3" },
    { what: "tRPC over REST", value: ratio("trpc", "rest"), budget: "≥ 0.5" },
    {
      what: "signing and checking, one client",
      value: percent(share("p50").median),
      detail: `of the time ${shown(share("p50"))}, of the node's processor time ${shown(share("cpuUs"))}`,
      budget: "< 20 %",
    },
  ];
}
