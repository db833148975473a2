import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, type IncomingMessage, request } from "node:http";
import { randomUUIDv7 } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Envelope, type TaskPayload, taskPayloadType } from "@tasuki/protocol";
import { type Signer, signEnvelope } from "@tasuki/evidence";
import { z } from "zod";
import { type BenchRelay, startBenchRelay } from "../bench-relay.ts";
import { drive, spreadOf } from "../measure.ts";
import { cpuOf } from "../process-usage.ts";
import { type Figure, ms, percent, perSecond, type Suite } from "../suite.ts";

const rounds = 3;
const clients = 64;
const perRound = 5_000;
const aloneRounds = 800;
/** Tasks before the first that is timed: a node that has just started still compiles the code that it runs often. */
const warmUp = 8_000;

/** One way to have a task acknowledged. */
interface Way {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly toBody: (task: Envelope) => unknown;
  /** Signs the tasks. */
  readonly signer: Signer;
  /** Resolves with the processor time that the server has used, milliseconds. */
  readonly cpu: () => Promise<number>;
}

/** A task without files, signed by main, so that check, commit and receipt are all that is measured. */
function nudge(signer: Signer): Envelope {
  const id = randomUUIDv7();
  const payload: TaskPayload = {
    v: 1,
    id,
    kind: "nudge",
    run: id,
    stage: "nano",
    epoch: 1,
    from: "main",
    to: "nano",
    attachments: [],
    reason: "a benchmark of acknowledgments",
  };
  return signEnvelope(Buffer.from(JSON.stringify(payload)), taskPayloadType, signer);
}

/** Sends one POST over a kept connection. Rejects where the answer is no acknowledgment. */
async function post(agent: Agent, { url, headers }: Way, body: string): Promise<void> {
  const call = request(url, { method: "POST", agent, headers: { "content-type": "application/json", ...headers } });
  call.end(body);
  const [response] = (await once(call, "response")) as [IncomingMessage];
  for await (const _ of response);
  if (response.statusCode !== 202 && response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
}

async function startRaw() {
  const data = await mkdtemp(join(tmpdir(), "tasuki-bench-"));
  const child = fork(join(import.meta.dirname, "../raw-ack.ts"), { env: { ...process.env, BENCH_DATA: data } });
  const [address] = await once(child, "message");
  const { port } = z.object({ port: z.number() }).parse(address);
  return {
    url: `http://127.0.0.1:${port}`,
    cpu: () => cpuOf(child.pid),
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await once(child, "exit");
      await rm(data, { recursive: true });
    },
  };
}

async function wayOf(relay: BenchRelay, path: string, toBody: Way["toBody"]): Promise<Way> {
  const url = `${relay.urlOf("nano")}${path}`;
  return { url, headers: await relay.as("main"), toBody, signer: await relay.signerOf("main"), cpu: () => relay.cpuOf("nano") };
}

/** Sends `count` tasks, which are signed before the time is taken. `cpuUs` is the server's processor time for each, microseconds. */
async function measure(agent: Agent, way: Way, { count, inFlight }: { count: number; inFlight: number }) {
  const bodies = Array.from({ length: count }, () => JSON.stringify(way.toBody(nudge(way.signer))));
  const before = await way.cpu();
  const { ms: spread, perSecond: rate } = await drive({ count, inFlight }, (nth) => post(agent, way, bodies[nth] ?? ""));
  return { rate, p50: spread.median, p99: spread.p99, cpuUs: (((await way.cpu()) - before) * 1000) / count };
}

type Measured = Awaited<ReturnType<typeof measure>>;
const names = ["row", "raw", "rest", "trpc", "unsigned"] as const;
type Name = (typeof names)[number];

export const ack: Suite = {
  name: "ack",
  what: "POST /task: signature checked, task committed with fsync, receipt signed; against node:http with the same commit",
  async measure() {
    await using relay = await startBenchRelay(["nano"]);
    await using unsigned = await startBenchRelay(["nano"], { program: () => join(import.meta.dirname, "../unsigned-node.ts") });
    await using raw = await startRaw();
    const agent = new Agent({ keepAlive: true, maxSockets: clients });
    const bare = { headers: {}, toBody: (task: Envelope) => task, signer: await relay.signerOf("main"), cpu: raw.cpu };
    const ways: Readonly<Record<Name, Way>> = {
      row: { ...bare, url: `${raw.url}/row` },
      raw: { ...bare, url: `${raw.url}/task` },
      rest: await wayOf(relay, "/task", (task) => task),
      trpc: await wayOf(relay, "/trpc/task", (envelope) => ({ envelope })),
      unsigned: await wayOf(unsigned, "/task", (task) => task),
    };
    for (const name of names) await measure(agent, ways[name], { count: warmUp, inFlight: clients });
    const taken = { row: [], raw: [], rest: [], trpc: [], unsigned: [] } as Record<Name, { many: Measured; one: Measured }[]>;
    for (let round = 0; round < rounds; round += 1)
      for (const name of names) {
        const many = await measure(agent, ways[name], { count: perRound, inFlight: clients });
        taken[name].push({ many, one: await measure(agent, ways[name], { count: aloneRounds, inFlight: 1 }) });
      }
    agent.destroy();
    return toFigures(taken);
  },
};

function toFigures(taken: Readonly<Record<Name, readonly { readonly many: Measured; readonly one: Measured }[]>>): Figure[] {
  const many = (name: Name, field: keyof Measured) => spreadOf(taken[name].map((round) => round.many[field]));
  const one = (name: Name, field: keyof Measured) => spreadOf(taken[name].map((round) => round.one[field]));
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
    line("REST", "rest", "≥ 4000/s, p99 ≤ 35 ms; one client p50 ≤ 1 ms"),
    line("tRPC", "trpc"),
    line("REST without signatures", "unsigned"),
    { what: "REST over node:http with the same commit", value: ratio("rest", "raw"), budget: "≥ 0.6" },
    { what: "tRPC over REST", value: ratio("trpc", "rest"), budget: "≥ 0.5" },
    {
      what: "signing and checking, one client",
      value: percent(share("p50").median),
      detail: `of the time ${shown(share("p50"))}, of the node's processor time ${shown(share("cpuUs"))}`,
      budget: "< 20 %",
    },
  ];
}
