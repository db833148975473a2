import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type Envelope, type FeedEntry, sha256Of, taskPayloadType, TasukiError } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { draft, startBus } from "../testing/bus-fixture.ts";
import { listenBus } from "../server/listen.ts";
import { createBusClient } from "./create-bus-client.ts";

const work = (text = '{"kind":"work"}'): Envelope => ({
  payload: Buffer.from(text).toString("base64"),
  payloadType: taskPayloadType,
  signatures: [{ sig: "c2ln" }],
});
const anyone = { outbound: async () => ({}) };
const bytesOf = async function* (text: string) {
  yield Buffer.from(text);
};
const blob = (text: string) => ({ sha256: sha256Of(text), size: text.length, bytes: bytesOf(text) });

test("a node sends a task with its headers, and gets the receipt", async () => {
  await using bus = await startBus("editor");
  const client = createBusClient({ node: "editor", url: bus.url, identity: bus.callerFrom("writer") });
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  expect(await client.task(work(), { budgetMs: 1500.7, traceparent })).toMatchObject({ receipt: { payloadType: "x" } });
  expect(bus.tasks).toMatchObject([{ principal: "node:writer", request: { budgetMs: 1500, traceparent, envelope: work() } }]);
  expect(bus.tasks[0]?.request.payload.toString()).toBe('{"kind":"work"}');
  expect(await client.health()).toMatchObject({ role: "main" });
});

test("small files travel with a task, beside its envelope", async () => {
  await using bus = await startBus("editor");
  const client = createBusClient({ node: "editor", url: bus.url, identity: bus.callerFrom("writer") });
  await client.task(work(), { files: [Buffer.from("# A draft"), Buffer.from([0xff, 0])] });
  await client.task(work(), { files: [] });
  expect(bus.tasks.map(({ request }) => request.files)).toEqual([["IyBBIGRyYWZ0", "/wA="], undefined]);
  expect(bus.tasks[0]?.request.envelope).toEqual(work());
});

test("a refusal comes back as the error that it was, with its details", async () => {
  await using bus = await startBus("editor");
  const client = createBusClient({ node: "editor", url: bus.url, identity: bus.callerFrom("writer") });
  await expect(client.task(work('{"kind":"close"}'))).rejects.toMatchObject({ name: "TasukiError", code: "not_granted" });
  await expect(client.status({})).rejects.toMatchObject({ code: "not_granted" });
  await expect(client.uploadBytes("draft@2", blob("# a"))).rejects.toMatchObject({
    code: "unknown_version",
    details: { unmet: [{ got: "draft@2" }] },
  });
  const stranger = createBusClient({ node: "editor", url: bus.url, identity: anyone });
  await expect(stranger.health()).rejects.toMatchObject({ code: "peer_unknown" });
});

test("values and bytes are uploaded under their contract", async () => {
  await using bus = await startBus("editor");
  const client = createBusClient({ node: "editor", url: bus.url, identity: bus.callerFrom("writer") });
  expect(await client.upload(draft, "# A draft")).toMatchObject({ contract: "draft@1", size: 9 });
  expect(await client.uploadBytes("draft@1", blob("# A draft"))).toMatchObject({ contract: "draft@1" });
  await expect(client.uploadBytes("draft@1", blob("no heading"))).rejects.toMatchObject({ code: "contract_violation" });
  expect(bus.traces().blobs).toHaveLength(1);
});

test("what does not answer, or answers something else, is told apart from a refusal", async () => {
  const server = createServer((_req, res) => void res.end("hello")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createBusClient({ node: "nano", url, identity: anyone });
  await expect(client.health()).rejects.toMatchObject({ code: "answer_invalid", retryable: true });
  await expect(client.uploadBytes("draft@1", blob("# a"))).rejects.toMatchObject({ code: "answer_invalid", retryable: true });
  await new Promise((resolve) => server.close(resolve));
  const gone = createBusClient({ node: "nano", url, identity: anyone });
  await expect(gone.uploadBytes("draft@1", blob("# a"))).rejects.toMatchObject({ code: "unreachable" });
  await expect(gone.health()).rejects.toMatchObject({ code: "unreachable", message: expect.stringContaining("ECONNREFUSED") });
});

test("no redirect is followed", async () => {
  const asked: string[] = [];
  const server = createServer((req, res) => {
    asked.push(req.url ?? "");
    res.writeHead(307, { location: "/elsewhere" }).end();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = createBusClient({ node: "nano", url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, identity: anyone });
  await expect(client.health()).rejects.toMatchObject({ code: "unreachable" });
  expect(asked).toEqual(["/trpc/health"]);
  await new Promise((resolve) => server.close(resolve));
});

test("a feed is followed through a restart of its node, without a gap and with nothing twice", async () => {
  await using bus = await startBus("editor");
  const stopped = new AbortController();
  const states: string[] = [];
  const client = createBusClient({ node: "editor", url: bus.url, identity: bus.callerFrom("main"), random: () => 0 });
  const entries = client.watch(1, { signal: stopped.signal, onState: (state) => states.push(state) });
  const feed = entries[Symbol.asyncIterator]();
  const next = async (): Promise<number | undefined> => ((await feed.next()).value as FeedEntry | undefined)?.index;
  expect(await next()).toBe(1);
  bus.append();
  expect(await next()).toBe(2);
  const waiting = next();
  await bus.stop();
  bus.append();
  bus.append();
  await expect.poll(() => states).toEqual(["connected", "lost"]);
  const again = await listenBus({ app: bus.app, host: "127.0.0.1", port: bus.port });
  expect(await waiting).toBe(3);
  expect(await next()).toBe(4);
  expect(states).toEqual(["connected", "lost", "connected"]);
  const last = next();
  stopped.abort();
  expect(await last).toBeUndefined();
  await expect.poll(bus.watchers).toBe(0);
  await again[Symbol.asyncDispose]();
});

// guarantees: R9.shorter
test("a feed is known again by the entry before the next one, at the start and at each new connection", async () => {
  await using bus = await startBus("editor");
  const stopped = new AbortController();
  const client = createBusClient({ node: "editor", url: bus.url, identity: bus.callerFrom("main"), random: () => 0 });
  const follow = (after: string, onKnown?: () => void) =>
    client.watch(1, { signal: stopped.signal, after, onKnown })[Symbol.asyncIterator]();
  const other = { code: "digest_mismatch", message: "Entry 0 of the feed is not the one that is held here." };
  await expect(follow(sha256Of("another")).next()).rejects.toMatchObject(other);

  const first = await client.watch(0, { signal: stopped.signal })[Symbol.asyncIterator]().next();
  let known = 0;
  const feed = follow(sha256Of((first.value as FeedEntry).leaf), () => (known += 1));
  expect(await feed.next()).toMatchObject({ value: { index: 1 } });
  const waiting = feed.next();
  await bus.stop();
  bus.append();
  const again = await listenBus({ app: bus.app, host: "127.0.0.1", port: bus.port });
  expect(await waiting).toMatchObject({ value: { index: 2 } });
  expect(known).toBe(2);
  stopped.abort();
  await again[Symbol.asyncDispose]();
});

test("a reader that is slower than its feed gets every entry", async () => {
  await using bus = await startBus("editor");
  for (let n = 0; n < 9_000; n += 1) bus.append();
  const stopped = new AbortController();
  const client = createBusClient({ node: "editor", url: bus.url, identity: bus.callerFrom("main"), random: () => 0 });
  const seen: number[] = [];
  for await (const { index } of client.watch(0, { signal: stopped.signal })) {
    seen.push(index);
    if (seen.length === 9_002) stopped.abort();
    if (index % 500 === 0) await client.health();
  }
  expect(seen).toEqual(Array.from({ length: 9_002 }, (_, index) => index));
});

test("where it is not certain that the node is there, nothing is sent: no task, no file, no question, no feed", async () => {
  let connections = 0;
  const server = createServer().on("connection", (socket) => void ((connections += 1), socket.destroy()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const asked: string[] = [];
  const outbound = async (node: string, url: string) => {
    asked.push(node);
    throw new TasukiError("peer_unknown", `${url} has another tag.`);
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createBusClient({ node: "editor", url, identity: { outbound } });
  for (const call of [client.task(work()), client.uploadBytes("draft@1", blob("# a")), client.status({}), client.health()])
    await expect(call).rejects.toMatchObject({ code: "peer_unknown" });
  const stopped = new AbortController();
  const feed = client.watch(0, { signal: stopped.signal });
  const next = feed[Symbol.asyncIterator]().next();
  // The identity is asked again before each connection.
  await expect.poll(() => asked.length, { timeout: 10_000 }).toBeGreaterThan(5);
  stopped.abort();
  await next;
  expect(connections).toBe(0);
  await new Promise((resolve) => server.close(resolve));
});
