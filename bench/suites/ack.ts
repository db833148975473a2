import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, type IncomingMessage, request } from "node:http";
import { randomUUIDv7 } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Envelope, type TaskPayload, taskPayloadType } from "@tasuki/contracts";
import { type Signer, signEnvelope } from "@tasuki/evidence";
import { z } from "zod";
import { startBenchRelay } from "../bench-relay.ts";
import { drive, spreadOf } from "../measure.ts";
import { type Figure, ms, perSecond, type Suite } from "../suite.ts";

const rounds = 3;
const clients = 64;
const perRound = 6_000;

/** A task without files, signed by main: what is measured is check, commit and receipt. */
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

/** One POST over a kept connection; rejects where the answer is not 202. */
async function post(agent: Agent, url: string, { headers, body }: { headers: Record<string, string>; body: string }): Promise<void> {
  const call = request(url, { method: "POST", agent, headers: { "content-type": "application/json", ...headers } });
  call.end(body);
  const [response] = (await once(call, "response")) as [IncomingMessage];
  for await (const _ of response);
  if (response.statusCode !== 202) throw new Error(`${url} answered ${response.statusCode}`);
}

async function startRaw() {
  const data = await mkdtemp(join(tmpdir(), "tasuki-bench-"));
  const child = fork(join(import.meta.dirname, "../raw-ack.ts"), { env: { ...process.env, BENCH_DATA: data } });
  const [address] = await once(child, "message");
  const { port } = z.object({ port: z.number() }).parse(address);
  return {
    url: `http://127.0.0.1:${port}/task`,
    async [Symbol.asyncDispose]() {
      child.disconnect();
      await once(child, "exit");
      await rm(data, { recursive: true });
    },
  };
}

export const ack: Suite = {
  name: "ack",
  what: "POST /task: signature checked, task committed with fsync, receipt signed; beside node:http with the same commit",
  async run() {
    await using relay = await startBenchRelay(["nano"]);
    await using raw = await startRaw();
    const agent = new Agent({ keepAlive: true, maxSockets: clients });
    const signer = await relay.signerOf("main");
    const headers = { ...(await relay.as("main")) };
    const url = `${relay.urlOf("nano")}/task`;
    const client = relay.client("nano", "main");
    const ways = {
      raw: (body: string) => post(agent, raw.url, { headers: {}, body }),
      rest: (body: string) => post(agent, url, { headers, body }),
      trpc: (body: string) => client.task(JSON.parse(body) as Envelope), // made by nudge()
    };
    const measure = (way: keyof typeof ways, options: { count: number; inFlight: number }) => {
      const bodies = Array.from({ length: options.count }, () => JSON.stringify(nudge(signer)));
      return drive(options, (nth) => ways[way](bodies[nth] ?? ""));
    };
    for (const way of ["raw", "rest", "trpc"] as const) await measure(way, { count: 500, inFlight: 16 });
    const many = { raw: [], rest: [], trpc: [] } as Record<keyof typeof ways, Awaited<ReturnType<typeof measure>>[]>;
    const one = { raw: [], rest: [], trpc: [] } as Record<keyof typeof ways, Awaited<ReturnType<typeof measure>>[]>;
    for (let round = 0; round < rounds; round += 1)
      for (const way of ["raw", "rest", "trpc"] as const) {
        many[way].push(await measure(way, { count: perRound, inFlight: clients }));
        one[way].push(await measure(way, { count: 500, inFlight: 1 }));
      }
    agent.destroy();
    const rate = (way: keyof typeof ways) => spreadOf(many[way].map((result) => result.perSecond));
    const ratio = (over: keyof typeof ways, under: keyof typeof ways) => (rate(over).median / rate(under).median).toFixed(2);
    const line = (what: string, way: keyof typeof ways, budget?: string): Figure => ({
      what,
      value: perSecond(rate(way).median),
      beside: `${perSecond(rate(way).min)}–${perSecond(rate(way).max)}; p99 ${ms(spreadOf(many[way].map((r) => r.ms.p99)).median)}; one client p50 ${ms(spreadOf(one[way].map((r) => r.ms.median)).median)}`,
      ...(budget !== undefined && { budget }),
    });
    return [
      line(`node:http and the same commit, ${clients} clients`, "raw"),
      line(`REST, ${clients} clients`, "rest", "≥ 4000/s, p99 ≤ 35 ms; one client p50 ≤ 1 ms"),
      line(`tRPC, ${clients} clients`, "trpc"),
      { what: "REST over node:http", value: ratio("rest", "raw"), budget: "≥ 0.6" },
      { what: "tRPC over REST", value: ratio("trpc", "rest"), budget: "≥ 0.5" },
    ];
  },
};
