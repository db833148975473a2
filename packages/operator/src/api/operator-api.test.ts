import { createHash, randomUUIDv7 } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { createHttpFetch } from "@tasuki/bus";
import { claimedReceipt } from "@tasuki/evidence";
import type { Pipeline, RunStatus } from "@tasuki/protocol";
import { expect, onTestFinished, test, vi } from "vitest";
import { letterRelay, letterWork } from "../testing/letter-relay.ts";
import { heldWork, type OperatedRelay, startOperatedRelay, waiting } from "../testing/start-operated-relay.ts";
import { startLyingMain } from "../testing/start-lying-main.ts";
import { createOperatorClient } from "./operator-client.ts";
import { startOperatorApi } from "./start-operator-api.ts";

/** Main alone takes runs, and hands nothing on. */
const alone = ["writer", "editor", "printer"];
const unknown = "01a20ed8-0000-756e-8e5f-b0ba1c5c733f";
const request = { v: 1, kind: "run", brief: "What?", attachments: [] } as const;
const broken = () => ({ "review.txt": "maybe" });

const isClosed = ({ state }: RunStatus): boolean => state === "closed";
const isBlocked = ({ stages }: RunStatus): boolean => stages.some(({ condition }) => condition === "blocked");
const isAt = (stage: string, rung: string) => (status: RunStatus) => status.stages.some((one) => one.stage === stage && one.rung === rung);

/** The entries of main's own log that record what somebody asked for. */
async function asked({ relay }: OperatedRelay) {
  const { store } = relay.node("main");
  return (await store.feed(0, 1_000)).flatMap(({ leaf, texts = [] }) => {
    const { type, run, stage, by } = JSON.parse(leaf) as Record<string, unknown>;
    return by === undefined ? [] : [{ type, run, stage, by, texts: texts.map(({ text }) => text) }];
  });
}

/** The states that come, each told once: a status comes whenever anything of the run changes. */
async function follow(statuses: AsyncIterable<RunStatus>, states: string[]): Promise<void> {
  for await (const { state } of statuses) if (states.at(-1) !== state) states.push(state);
}

test("runs and nodes are read, and a retry or cancel is recorded with who asked", async () => {
  await using main = await startOperatedRelay({ work: { editor: broken } });
  const { client, relay } = main;
  await main.stopKnown("printer");
  const run = await relay.run({ brief: "What?" });
  // Nothing of the run moves any more once the stage before is verified, too.
  const blocked = await relay.until(run, (status) => isBlocked(status) && status.stages[0]?.rung === "verified");
  expect(await client.run(run)).toEqual(blocked);
  expect(await client.runs({ open: true, limit: 5 })).toEqual([blocked]);
  expect(await client.runs({ after: run })).toEqual([]);
  await expect(client.runs({ after: randomUUIDv7() })).rejects.toMatchObject({ code: "not_found" });
  expect(await client.nodes()).toMatchObject([
    { role: "writer", reachable: true },
    { role: "editor", reachable: true },
    { role: "printer", reachable: false },
  ]);
  expect(await client.decide({ is: "retry", run, stage: "editor", reason: "mended" })).toMatchObject({ epoch: 2 });
  expect(await asked(main)).toEqual([{ type: "retry", run, stage: "editor", by: "local", texts: ["mended"] }]);
  await relay.until(run, isBlocked);
  // The printer is away, so that nobody says that nothing is at work there.
  expect(await client.decide({ is: "cancel", run })).toMatchObject({ state: "cancelling" });
  expect(await client.decide({ is: "cancel", run, now: true })).toMatchObject({ state: "cancelled" });
  expect(await client.runs({ open: true })).toEqual([]);
  const { envelopes, texts } = await relay.node("main").store.evidenceOf(run);
  const said = envelopes
    .flatMap((one) => claimedReceipt(one)?.predicate ?? [])
    .map(({ state, text }) => [state, text?.code, texts.get(text?.sha256 ?? "")]);
  expect(said).toContainEqual(["cancelled", "operator", "cancelled by local"]);
});

test("a refusal is the problem that it is on the bus", async () => {
  await using main = await startOperatedRelay();
  const { client, relay } = main;
  const run = await relay.run({ brief: "What?" });
  await relay.until(run, isClosed);
  await expect(client.run(unknown)).rejects.toMatchObject({ code: "not_found", message: expect.stringContaining(unknown) });
  await expect(client.decide({ is: "retry", run })).rejects.toMatchObject({ code: "invalid_state" });
  await expect(client.run("last")).rejects.toMatchObject({ code: "malformed_message" });
  await expect(client.start({ ...request, profile: "fancy" })).rejects.toMatchObject({
    code: "malformed_message",
    message: expect.stringContaining("formal, friendly"),
  });
  const raw = await createHttpFetch({ socketPath: main.socket })("http://localhost/operator/exec");
  expect({ status: raw.status, body: await raw.json() }).toMatchObject({
    status: 404,
    body: { code: "not_found" },
  });
});

test("main's bus stands beside it: files go up, a run is started without a signature", async () => {
  await using main = await startOperatedRelay();
  const { client, relay } = main;
  const text = "# A document";
  const bytes = async function* () {
    yield Buffer.from(text.slice(0, 4));
    yield Buffer.from(text.slice(4));
  };
  const other = "a49b0b9aa46a3b3d9b5ed8a4ba3a1a90fb6a8cd3c4d7c5c2b9a8b1b1c7a7d0c1";
  await expect(client.bus.uploadBytes("source@1", { sha256: other, size: 12, bytes: bytes() })).rejects.toMatchObject({
    code: "digest_mismatch",
  });
  const sha256 = createHash("sha256").update(text).digest("hex");
  await client.bus.uploadBytes("source@1", { sha256, size: 12, bytes: bytes() });
  expect((await relay.node("main").store.blobs.read(sha256)).toString("utf8")).toBe(text);
  const attachments = [{ name: "S1.md", contract: "source@1", size: 12, sha256, label: "a.md" }];
  const run = await client.start({ ...request, attachments });
  expect((await relay.node("main").store.task(run))?.payload).toMatchObject({ kind: "run", brief: "What?", attachments });
  expect(await relay.until(run, ({ sources }) => sources.length > 0)).toMatchObject({ sources: [{ name: "S1.md", label: "a.md" }] });
});

test("a run is followed from its state now to its end", async () => {
  const held = heldWork(letterWork.printer);
  await using main = await startOperatedRelay({ work: { printer: held.work } });
  const { client, relay } = main;
  const run = await relay.run({ brief: "What?" });
  const states: string[] = [];
  const following = follow(client.watch(run, { signal: new AbortController().signal }), states);
  await relay.until(run, isAt("printer", "started"));
  // A node that is away holds the closing up, so that it is seen.
  await relay.stop("writer");
  held.release();
  await vi.waitFor(() => expect(states).toEqual(["open", "closing"]), waiting);
  await relay.start("writer");
  await following;
  expect(states).toEqual(["open", "closing", "closed"]);
});

test("a run is followed through a restart of main, and what happened meanwhile is seen", async () => {
  const held = heldWork(letterWork.editor);
  await using main = await startOperatedRelay({ work: { editor: held.work } });
  const { client, relay } = main;
  const run = await relay.run({ brief: "What?" });
  await relay.until(run, isAt("editor", "started"));
  const connection: string[] = [];
  const states: string[] = [];
  const onState = (state: string): void => void connection.push(state);
  const following = follow(client.watch(run, { signal: new AbortController().signal, onState }), states);
  await vi.waitFor(() => expect(states).toEqual(["open"]), waiting);
  await main.stopMain();
  await vi.waitFor(() => expect(connection).toEqual(["connected", "lost"]), waiting);
  held.release();
  // The nodes hand on without main.
  const { store } = relay.node("printer");
  await vi.waitFor(async () => expect((await store.statusOf({ run })).tasks[0]?.row.state).toBe("produced"), waiting);
  await main.startMain();
  await following;
  expect([states[0], states.at(-1)]).toEqual(["open", "closed"]);
  expect(connection).toEqual(["connected", "lost", "connected"]);
});

test("following ends at the signal, also while main is away", async () => {
  await using main = await startOperatedRelay({ without: ["writer", "editor", "printer"] });
  const run = await main.relay.run({ brief: "What?" });
  const stopped = new AbortController();
  const states: string[] = [];
  const following = follow(main.client.watch(run, { signal: stopped.signal }), states);
  await vi.waitFor(() => expect(states).toEqual(["open"]), waiting);
  await main.stopMain();
  stopped.abort();
  await following;
});

test.for([
  ["/nowhere/.tasuki/main/operator.sock", /No main answers on \/nowhere\/\.tasuki\/main\/operator\.sock.*'pnpm dev'.*--data DIR/],
  ["/nowhere/other/main/operator.sock", /'pnpm tasuki dev --data \/nowhere\/other'/],
] as const)("where main does not run, that is said, and how to start it: %s", async ([socket, message]) => {
  const client = createOperatorClient(socket);
  const refusal = { code: "unreachable", message: expect.stringMatching(message) };
  await expect(client.runs()).rejects.toMatchObject(refusal);
  await expect(client.start(request)).rejects.toMatchObject(refusal);
});

test("a view of files is answered as main's relay has it: of the brief, where a file has no name", async () => {
  const views: Pipeline["views"] = {
    lengths: (documents) => Object.values(documents).flatMap((all) => all.map(({ name, text }) => [name, text.length])),
  };
  await using main = await startOperatedRelay({ without: alone, views });
  // The first text is longer than any URL may be.
  const files = [{ text: "é".repeat(65_536) }, { name: "draft.txt", text: "Draft" }];
  expect(await main.client.view({ view: "lengths", files })).toEqual([
    ["order.txt", 65_536],
    ["draft.txt", 5],
  ]);
  await expect(main.client.view({ view: "questions", files })).rejects.toMatchObject({
    code: "not_found",
    message: "The relay has no view 'questions'; it has 'lengths'.",
  });
  await expect(main.client.view({ view: "lengths", files: [{ name: "draft.txt", text: "Dear" }] })).rejects.toMatchObject({
    code: "contract_violation",
    details: { unmet: [{ file: "draft.txt", line: 1, fix: "begin with 'Draft'" }] },
  });
  await expect(main.client.view({ view: "lengths", files: [{ name: "../draft.txt", text: "Draft" }] })).rejects.toMatchObject({
    code: "malformed_message",
  });
});

test("views are answered one after another, and one whose client has gone is left out", async () => {
  const begun: string[] = [];
  const release = Promise.withResolvers<void>();
  const views: Pipeline["views"] = {
    slow: async ({ order = [] }) => {
      begun.push(order[0]?.text ?? "");
      await release.promise;
      return begun.length;
    },
  };
  const requests: IncomingMessage[] = [];
  const arrived = (message: unknown) => void requests.push((message as { request: IncomingMessage }).request);
  onTestFinished(() => void unsubscribe("http.server.request.start", arrived));
  await using main = await startOperatedRelay({ without: alone, views });
  subscribe("http.server.request.start", arrived);
  const ask = (text: string, signal = new AbortController().signal) => main.client.view({ view: "slow", files: [{ text }] }, { signal });
  const gone = new AbortController();
  const first = ask("1");
  await vi.waitFor(() => expect(begun).toEqual(["1"]), waiting);
  const second = ask("2", gone.signal).catch((error: unknown) => error);
  await vi.waitFor(() => expect(requests).toHaveLength(2), waiting);
  const [, { socket } = expect.fail("no second request")] = requests;
  const third = ask("3");
  await vi.waitFor(() => expect(requests).toHaveLength(3), waiting);
  const closed = once(socket, "close");
  gone.abort();
  expect(await second).toBeInstanceOf(Error);
  await closed;
  expect(begun).toEqual(["1"]);
  release.resolve();
  expect([await first, await third]).toEqual([1, 2]);
  expect(begun).toEqual(["1", "3"]);
});

test("main says the profiles of its relay, and the view that explains a brief", async () => {
  await using plain = await startOperatedRelay({ without: alone });
  const { profiles } = letterRelay;
  expect(await plain.client.relay()).toEqual({ profiles });
  await using main = await startOperatedRelay({ without: alone, explain: "lengths" });
  expect(await main.client.relay()).toEqual({ profiles, explain: "lengths" });
});

test("a port that is taken is told with the setting that has it, and no door is left open", async () => {
  await using main = await startOperatedRelay({ without: alone });
  await using other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const { port } = other.address() as AddressInfo;
  const node = main.relay.node("main");
  const config: typeof node.config = { ...node.config, operator: { listen: ["loopback"], port } };
  const path = `${main.socket}.other`;
  await expect(startOperatorApi({ node: { ...node, config }, path })).rejects.toMatchObject({
    code: "invalid_state",
    message: expect.stringMatching(/EADDRINUSE.*change 'operator\.port' in config\.jsonc/),
  });
  await expect(createOperatorClient(path).runs()).rejects.toMatchObject({ code: "unreachable" });
});

test("only main has an operator API", async () => {
  await using main = await startOperatedRelay({ without: ["editor", "printer"] });
  const node = main.relay.node("writer");
  await expect(startOperatorApi({ node, path: join(main.data, "writer", "operator.sock") })).rejects.toMatchObject({
    code: "invalid_state",
  });
});

test("an answer of whatever stands in main's place is read to a limit: a value and an event alike", async () => {
  // A value of too many levels stands for any that is over the limits.
  const deep = Array.from({ length: 70 }).reduce((inner) => [inner], 0);
  await using main = await startLyingMain(
    () =>
      new Map([
        ["/operator/nodes", { data: deep }],
        ["/operator/watch", { data: deep }],
      ]),
  );
  const client = createOperatorClient(main.socket);
  await expect(client.nodes()).rejects.toMatchObject({ message: expect.stringContaining("it has more than 64 levels") });
  const over = new AbortController();
  const seen: RunStatus[] = [];
  const states: string[] = [];
  const onState = (state: "connected" | "lost"): void => {
    states.push(state);
    if (state === "lost") over.abort();
  };
  for await (const status of client.watch(unknown, { signal: over.signal, onState })) seen.push(status);
  expect(seen).toEqual([]);
  expect(states).toContain("lost");
});
