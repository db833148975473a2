import { randomUUIDv7 } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { receiptPayloadType, type TaskPayload, taskPayloadType } from "@tasuki/protocol";
import { payloadDigest, type Sealed, signEnvelope, type Signer } from "@tasuki/evidence";
import { openStore } from "@tasuki/store";
import { type BenchRelay, shipped, startBenchRelay } from "../bench-relay.ts";
import { spreadOf, timed } from "../measure.ts";
import { type Figure, ms, type Suite } from "../suite.ts";

const history = 100_000;
const rounds = 5;
const atOnce = 500;
/** Tasks that a node accepts before it is killed, so that the next start has a write-ahead log to take over. */
const beforeKill = 200;

/** Writes a history of `count` tasks: one half is work, the other the cancels that fenced it. Receipts are as long as real ones, and not signed. */
async function remember(folder: string, count: number): Promise<void> {
  await using store = await openStore({ folder, clock: { now: () => Date.now() }, newId: () => randomUUIDv7() });
  const unsigned: Signer = { keyid: "0".repeat(64), sign: () => Buffer.alloc(64) };
  const seal =
    ({ run, id: task }: TaskPayload) =>
    (index: number): Sealed => {
      const predicate = { run, task, state: "accepted", index, filler: "x".repeat(500) };
      const receipt = signEnvelope(Buffer.from(JSON.stringify({ predicate })), receiptPayloadType, unsigned);
      return { leaf: JSON.stringify({ index, run, task, filler: "x".repeat(300) }), envelopes: [receipt] };
    };
  const accept = async (payload: TaskPayload): Promise<void> => {
    const envelope = signEnvelope(Buffer.from(JSON.stringify(payload)), taskPayloadType, unsigned);
    const request = { payload, envelope, digest: payloadDigest(envelope), from: "node:main", now: Date.now(), queueLimit: count };
    const { is } = await store.accept(request, seal(payload));
    if (is !== "accepted") throw new Error(`a task of the history is ${is}`);
  };
  const begun = { v: 1 as const, stage: "nano", from: "main", to: "nano", attachments: [] };
  for (let done = 0; done < count; done += atOnce) {
    const runs = Array.from({ length: atOnce / 2 }, () => randomUUIDv7());
    await Promise.all(runs.map((run) => accept({ ...begun, kind: "work", id: run, run, epoch: 1 })));
    await Promise.all(runs.map((run) => accept({ ...begun, kind: "cancel", id: randomUUIDv7(), run, epoch: 2 })));
  }
}

/** Resolves when `/health` answers 200. */
async function healthy(relay: BenchRelay): Promise<void> {
  const headers = await relay.as("main");
  for (;;) {
    const answer = await fetch(`${relay.urlOf("nano")}/health`, { headers }).catch(() => undefined);
    if (answer?.status === 200) return;
    await delay(5);
  }
}

async function work(relay: BenchRelay, signer: Signer): Promise<void> {
  const headers = { ...(await relay.as("main")), "content-type": "application/json" };
  const send = async (): Promise<void> => {
    const id = randomUUIDv7();
    const payload = { v: 1, id, kind: "nudge", run: id, stage: "nano", epoch: 1, from: "main", to: "nano", attachments: [] };
    const body = JSON.stringify(signEnvelope(Buffer.from(JSON.stringify(payload)), taskPayloadType, signer));
    const answer = await fetch(`${relay.urlOf("nano")}/task`, { method: "POST", headers, body });
    if (answer.status !== 202) throw new Error(`the node answered ${answer.status}`);
  };
  await Promise.all(Array.from({ length: beforeKill }, send));
}

export const start: Suite = {
  name: "start",
  what: `The shipped node again after kill -9, from its process's start to /health: with a history of ${history} tasks, and with none`,
  async measure() {
    await using long = await startBenchRelay([], shipped);
    await using short = await startBenchRelay([], shipped);
    await remember(long.folder("nano"), history);
    const measure = async (relay: BenchRelay): Promise<{ ms: number; mib: number }> => {
      const took = await timed(async () => {
        const starting = relay.start("nano");
        await healthy(relay);
        await starting;
      });
      await work(relay, await relay.signerOf("main"));
      const { now: mib } = await relay.memoryOf("nano");
      await relay.kill("nano");
      return { ms: took, mib };
    };
    for (const relay of [long, short]) await measure(relay);
    const [longs, shorts]: [Awaited<ReturnType<typeof measure>>[], Awaited<ReturnType<typeof measure>>[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      longs.push(await measure(long));
      shorts.push(await measure(short));
    }
    const figure = (what: string, taken: readonly { ms: number; mib: number }[], budget?: string): Figure => {
      const spread = spreadOf(taken.map((each) => each.ms));
      const mib = spreadOf(taken.map((each) => each.mib));
      return {
        what,
        value: ms(spread.median),
        detail: `${ms(spread.min)}–${ms(spread.max)}, ${rounds} kills; ${mib.median.toFixed(0)} MiB resident`,
        ...(budget !== undefined && { budget }),
      };
    };
    return [figure(`${history} tasks of history`, longs, "< 1 s"), figure("no history", shorts)];
  },
};
