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
import type { BenchRelay } from "./bench-relay.ts";
import { drive } from "./measure.ts";
import { cpuOf } from "./process-usage.ts";

/** One way to have a task acknowledged. */
export interface Way {
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

/**
 * Starts the server with the least that an acknowledgment costs (`raw-ack.ts`). It checks and signs, where it is asked to, with the keys that are in
 * the data folder of a node.
 */
export async function startRaw(node: string) {
  const data = await mkdtemp(join(tmpdir(), "tasuki-bench-"));
  const child = fork(join(import.meta.dirname, "raw-ack.ts"), { env: { ...process.env, BENCH_DATA: data, BENCH_NODE: node } });
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

/** The way to a node of main's, which the tasks are said to come from. */
export async function wayOf(relay: BenchRelay, path: string, toBody: Way["toBody"]): Promise<Way> {
  const url = `${relay.urlOf("nano")}${path}`;
  return { url, headers: await relay.as("main"), toBody, signer: await relay.signerOf("main"), cpu: () => relay.cpuOf("nano") };
}

/**
 * Sends `count` tasks, which are signed before the time is taken, over as many kept connections as are in flight; fewer where `forMs` are over
 * before. `cpuUs` is the server's processor time for each, microseconds.
 */
export async function measureAck(way: Way, { count, inFlight, forMs }: { count: number; inFlight: number; forMs?: number }) {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  try {
    const bodies = Array.from({ length: count }, () => JSON.stringify(way.toBody(nudge(way.signer))));
    const before = await way.cpu();
    const load = { count, inFlight, ...(forMs !== undefined && { forMs }) };
    const { ms: spread, perSecond: rate } = await drive(load, (nth) => post(agent, way, bodies[nth] ?? ""));
    const cpuUs = (((await way.cpu()) - before) * 1000) / spread.samples;
    return { rate, p50: spread.median, p99: spread.p99, cpuUs };
  } finally {
    agent.destroy();
  }
}

export type MeasuredAck = Awaited<ReturnType<typeof measureAck>>;
