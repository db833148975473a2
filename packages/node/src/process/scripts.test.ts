// What scripts may ask of runs on main's own bus: by `POST /task` without a signature, over real sockets.
import { randomUUIDv7 } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { claimedReceipt } from "@tasuki/evidence";
import type { Envelope } from "@tasuki/protocol";
import { expect, test, vi } from "vitest";
import { smallPipeline, smallWork } from "../testing/small-pipeline.ts";
import { startTestRelay, type TestRelay, type TestRelayOptions } from "../testing/start-test-relay.ts";

const malformed = { status: 400, code: "malformed_message" };
const alone = { without: ["nano", "sg", "jp"] };
const start = (options: Partial<TestRelayOptions>): Promise<TestRelay> =>
  startTestRelay({ pipeline: smallPipeline, work: smallWork, ...options });

/** Posts a task as a script of main's machine does, and gives the answer. */
async function post(relay: TestRelay, task: object): Promise<{ status: number; body: Record<string, unknown>; replayed: boolean }> {
  const headers = { host: "localhost", "content-type": "application/json" };
  const asked = request({ socketPath: join(relay.data, "main", "bus.sock"), method: "POST", path: "/task", headers, agent: false });
  asked.end(JSON.stringify(task));
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  const body = JSON.parse(await text(answer)) as Record<string, unknown>;
  return { status: answer.statusCode ?? 0, body, replayed: answer.headers["idempotent-replayed"] === "true" };
}

const stateOf = async (relay: TestRelay, run: string) => (await relay.node("main").orchestrator?.run(run))?.state;
const eventsOf = async (relay: TestRelay) =>
  (await relay.node("main").store.feed(0, 1_000)).map(({ leaf }) => JSON.parse(leaf) as { type: string; by?: string });

// guarantees: R8.scripts
test("a script may start runs, and neither nudge nor cancel them, unless the policy grants that", async () => {
  await using relay = await start(alone);
  const run = await relay.run({ brief: "# What?\n" });
  for (const kind of ["nudge", "cancel", "work", "close"]) {
    const { status, body } = await post(relay, { kind, run });
    expect({ status, code: body["code"], detail: body["detail"] }).toEqual({
      status: 403,
      code: "not_granted",
      detail: `The policy does not let local send an unsigned '${kind}' task on main.`,
    });
  }
  expect(await stateOf(relay, run)).toBe("open");
  expect((await relay.node("main").store.statusOf({ run })).tasks).toHaveLength(1);
});

test("a script that may cancel a run gets a signed receipt, and the run ends with who asked and why; asking again changes nothing", async () => {
  await using relay = await start({ ...alone, scripts: ["cancel"] });
  const run = await relay.run({ brief: "# What?\n" });
  const task = { kind: "cancel", id: randomUUIDv7(), run, reason: "asked twice" };
  const answer = await post(relay, task);
  expect(answer).toMatchObject({ status: 202, body: { task: task.id, run }, replayed: false });
  expect(claimedReceipt(answer.body["receipt"] as Envelope)?.predicate).toMatchObject({
    state: "fenced",
    role: "main",
    run,
    peer: "local",
  });
  const status = await relay.until(run, ({ state }) => state === "cancelled");
  expect(status.cancelled).toEqual({ by: "local", reason: "asked twice" });
  expect(await post(relay, task)).toEqual({ ...answer, replayed: true });
  expect((await post(relay, { kind: "cancel", run, reason: "again" })).status).toBe(202);
  expect((await relay.node("main").orchestrator?.run(run))?.cancelled).toEqual(status.cancelled);
  expect(await post(relay, { kind: "nudge", run })).toMatchObject({ status: 403, body: { code: "not_granted" } });
});

test("a script that may nudge has the nodes look again, whoever of them holds the run", async () => {
  await using relay = await start({
    scripts: ["nudge"],
    work: { ...smallWork, nano: async (_stage, signal) => await once(signal, "abort").then(() => ({})) },
  });
  const run = await relay.run({ brief: "# What?\n" });
  await relay.until(run, ({ stages }) => stages[0]?.rung === "started");
  expect(await post(relay, { kind: "nudge", run, reason: "where is it?" })).toMatchObject({ status: 202, body: { run } });
  await vi.waitFor(async () => expect(await eventsOf(relay)).toContainEqual(expect.objectContaining({ type: "nudge", by: "local" })), {
    timeout: 20_000,
  });
  const isNudged = async () => (await relay.node("nano").store.statusOf({ run })).tasks.some(({ row }) => row.payload.kind === "nudge");
  await vi.waitUntil(isNudged, { timeout: 20_000 });
  expect(await stateOf(relay, run)).toBe("open");
});

test("what main has taken from a script is done, also where its process ended in between", async () => {
  await using relay = await start({ scripts: ["cancel"], ...alone });
  const run = await relay.run({ brief: "# What?\n" });
  await relay.until(run, ({ state }) => state === "open");
  expect((await post(relay, { kind: "cancel", run })).status).toBe(202);
  await relay.stop("main");
  await relay.start("main");
  expect(await relay.until(run, ({ state }) => state === "cancelled")).toMatchObject({ cancelled: { by: "local" } });
});

test.each([
  { what: "a run that main does not have", task: { kind: "cancel", run: randomUUIDv7() }, refusal: { status: 404, code: "not_found" } },
  { what: "no run", task: { kind: "cancel" }, refusal: malformed },
  { what: "a misspelt field", task: { kind: "cancel", run: randomUUIDv7(), resaon: "why" }, refusal: malformed },
  { what: "too long a reason", task: { kind: "nudge", run: randomUUIDv7(), reason: "x".repeat(1_025) }, refusal: malformed },
])("a script that names $what is refused, and nothing remains of it", async ({ task, refusal: { status, code } }) => {
  await using relay = await start({ ...alone, scripts: ["nudge", "cancel"] });
  const before = await eventsOf(relay);
  expect(await post(relay, task)).toMatchObject({ status, body: { code } });
  expect(await eventsOf(relay)).toEqual(before);
});
