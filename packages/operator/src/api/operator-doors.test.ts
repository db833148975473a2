// Who may make which call of the operator API, at each of its doors, over real sockets. The cells are made from the table of edges: a call that is new
// there is asked here, of everybody.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type OperatorCall, operatorCalls, operatorLevels, type OperatorLevel } from "@tasuki/bus";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { addresses, type DoorAnswer, openEveryDoor, type Sent, type TailnetCaller } from "../testing/open-every-door.ts";
import { waiting } from "../testing/start-operated-relay.ts";
import { createOperatorRouter } from "./operator-router.ts";

const onLinux = { skip: process.platform !== "linux" };

let doors: Awaited<ReturnType<typeof openEveryDoor>>;
/** Secrets of sessions, by their level. */
const sessions = new Map<string, string>();

interface Made {
  readonly result: { readonly data: { readonly url: string; readonly secret: string; readonly principal: string } };
}

async function makeLink(input: object): Promise<string> {
  const { body } = await doors.bySocket("/operator/link", { method: "POST", body: JSON.stringify(input) });
  return /#link=(.*)$/.exec((body as Made).result.data.url)?.[1] ?? "";
}

const openSession = (link: string) => doors.byLoopback(undefined, "/operator/session", { method: "POST", body: JSON.stringify({ link }) });

beforeAll(async () => {
  if (process.platform !== "linux") return;
  doors = await openEveryDoor();
  for (const level of operatorLevels) {
    const { body } = await openSession(await makeLink({ level, name: level }));
    sessions.set(level, (body as Made).result.data.secret);
  }
}, 60_000);
afterAll(() => doors?.[Symbol.asyncDispose]());

const queries: readonly string[] = ["runs", "run", "watch", "status", "health", "nodes", "relay"] satisfies OperatorCall[];

/** A call with an input that no procedure takes, so that what is allowed changes nothing. */
function toRequest(call: OperatorCall): { readonly path: string; readonly sent: Sent } {
  if (call === "upload") return { path: "/upload?contract=order", sent: { method: "POST", headers: { "content-length": "0" } } };
  return queries.includes(call)
    ? { path: `/operator/${call}?input=${encodeURIComponent("7")}`, sent: {} }
    : { path: `/operator/${call}`, sent: { method: "POST", body: "7" } };
}

type Denial = { readonly status: number; readonly code: string };
const denied = { status: 403, code: "not_granted" } as const;
const unknown = { status: 403, code: "peer_unknown" } as const;
const localOnly = { status: 403, code: "local_only" } as const;

/** The denial of a call to a caller who has a level; undefined where it is allowed. */
function denialOf(level: OperatorLevel | undefined, call: OperatorCall): Denial | undefined {
  const needed = operatorCalls[call];
  if (needed === "socket") return localOnly;
  if (needed === "link") return denied;
  return level !== undefined && operatorLevels.indexOf(level) >= operatorLevels.indexOf(needed) ? undefined : denied;
}

/** Verdict of an answer on the call. One that is let in is answered, or its input is complained about; a denial ends the connection. */
function toVerdict({ status, code, closed, body }: DoorAnswer): Denial | string {
  if ([200, 201, 400].includes(status)) return "allowed";
  return closed && code !== undefined ? { status, code } : `${status}, not closed: ${JSON.stringify(body)}`;
}

interface Who {
  readonly who: string;
  ask(path: string, sent: Sent): Promise<DoorAnswer>;
  expected(call: OperatorCall): Denial | undefined;
}
const bySession = (level: OperatorLevel): Who => ({
  who: `a session with '${level}'`,
  ask: (path, sent) => doors.byLoopback(sessions.get(level), path, sent),
  expected: (call) => (call === "session" ? undefined : denialOf(level, call)),
});
const byTailnet = (who: TailnetCaller, expected: Who["expected"]): Who => ({
  who: `${who} of the tailnet`,
  ask: (path, sent) => doors.byTailnet(who, path, sent),
  expected,
});
const callers: readonly Who[] = [
  {
    who: "whoever can open operator.sock",
    ask: (path, sent) => doors.bySocket(path, sent),
    expected: (call) => (operatorCalls[call] === "socket" ? undefined : denialOf("decide", call)),
  },
  {
    who: "a process of the machine without a session",
    ask: (path, sent) => doors.byLoopback(undefined, path, sent),
    expected: (call) => (call === "session" ? undefined : unknown),
  },
  {
    who: "a process of the machine with a wrong session",
    ask: (path, sent) => doors.byLoopback("A".repeat(43), path, sent),
    expected: (call) => (call === "session" ? undefined : unknown),
  },
  ...operatorLevels.map(bySession),
  byTailnet("ops", (call) => denialOf("decide", call)),
  byTailnet("read", (call) => denialOf("read", call)),
  byTailnet("operate", (call) => denialOf("operate", call)),
  byTailnet("decide", (call) => denialOf("decide", call)),
  ...(["self", "writer", "editor", "printer", "guest"] as const).map((who) => byTailnet(who, (call) => denialOf(undefined, call))),
  byTailnet("unknown", () => unknown),
];
const calls = Object.keys(operatorCalls) as OperatorCall[];
const cells = callers.flatMap((caller) => calls.map((call) => ({ ...caller, call })));

// guarantees: R8.operators
describe("the table of who may make which call", onLinux, () => {
  test.each(cells)("$who: $call", async ({ call, ...caller }) => {
    const { path, sent } = toRequest(call);
    expect(toVerdict(await caller.ask(path, sent))).toEqual(caller.expected(call) ?? "allowed");
  });

  test("has every procedure, and no other", () => {
    const router = createOperatorRouter({} as Parameters<typeof createOperatorRouter>[0]);
    // tRPC has no other list of a router's procedures, and its own adapters read this one.
    const { procedures } = router["_def"];
    expect(Object.keys(procedures).sort()).toEqual(calls.filter((call) => call !== "upload").sort());
  });

  test("stands in docs/tailnet.md, call by call", async () => {
    const text = await readFile(join(import.meta.dirname, "../../../../docs/tailnet.md"), "utf8");
    const rows = [...text.matchAll(/^\| `(read|operate|decide)` +\| ([^|]*) \|/gm)].map(([, level, listed = ""]) => [
      level,
      [...listed.matchAll(/`([a-zA-Z]+)`/g)].map(([, call]) => call),
    ]);
    const written = operatorLevels.map((level) => [level, calls.filter((call) => operatorCalls[call] === level)]);
    expect(rows).toEqual(written);
  });
});

describe("every door", onLinux, () => {
  const strongest = [
    ["operator.sock", (path: string, sent?: Sent) => doors.bySocket(path, sent)],
    ["127.0.0.1", (path: string, sent?: Sent) => doors.byLoopback(sessions.get("decide"), path, sent)],
    ["the tailnet", (path: string, sent?: Sent) => doors.byTailnet("ops", path, sent)],
  ] as const;

  test.each(strongest)("%s leads to nothing of the bus beside its upload", async (_name, ask) => {
    for (const path of [
      "/task",
      "/status",
      "/health",
      "/trpc/task",
      "/trpc/status",
      "/trpc/watch",
      "/trpc/health",
      "/operator/upload",
      "/",
    ])
      for (const sent of [{}, { method: "POST", body: "{}" } as const])
        expect(await ask(path, sent), path).toMatchObject({ status: 404, code: "not_found" });
    expect(await ask("/operator/task", { method: "POST", body: "{}" })).toMatchObject({ status: 404, code: "not_found" });
  });

  test.each(strongest)("%s starts runs, and takes no other task", async (_name, ask) => {
    const task = { kind: "cancel", run: "01a20ed8-0000-756e-8e5f-b0ba1c5c733f" };
    const envelope = { payload: btoa(JSON.stringify(task)), payloadType: "application/vnd.tasuki.task+json", signatures: [] };
    expect(await ask("/operator/start", { method: "POST", body: JSON.stringify({ envelope }) })).toMatchObject(denied);
  });

  test.each(strongest)("%s is no door for a page of another origin", async (_name, ask) => {
    const post = (headers: Record<string, string>) => ask("/operator/cancel", { method: "POST", body: "7", headers });
    const refused = { status: 403, code: "browser_refused", closed: true };
    for (const origin of ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1"])
      expect(await post({ origin }), origin).toMatchObject(refused);
    for (const site of ["cross-site", "same-site", "none"]) expect(await post({ "sec-fetch-site": site }), site).toMatchObject(refused);
    expect(await post({ referer: "http://evil.example/a" })).toMatchObject(refused);
    expect(await ask("/operator/nodes", { headers: { "sec-fetch-site": "cross-site" } })).toMatchObject(refused);
    expect(await ask("/operator/nodes", { headers: { host: "evil.example" } })).toMatchObject({ status: 403, code: "wrong_host" });
    expect(await ask("/operator/nodes", { headers: { "sec-fetch-site": "none" } })).toMatchObject({ status: 200 });
  });

  test.each(strongest)("%s takes one call at a time, as JSON, by its own method, and no more than a task has", async (_name, ask) => {
    const post = (path: string, sent: Sent) => ask(path, { method: "POST", ...sent });
    expect(await ask("/operator/cancel")).toMatchObject({ status: 405, code: "method_not_allowed" });
    expect(await post("/operator/runs", { body: "{}" })).toMatchObject({ status: 405, code: "method_not_allowed" });
    expect(await ask("/operator/runs,nodes?batch=1")).toMatchObject({ status: 404, code: "not_found" });
    expect(await ask("/operator/nodes?batch=1")).toMatchObject({ status: 400, code: "malformed_request" });
    expect(await ask("/operator/runs?input=%7B")).toMatchObject({ status: 400, code: "malformed_request" });
    expect(await post("/operator/cancel", { body: "{" })).toMatchObject({ status: 400, code: "malformed_request" });
    const form = { body: "run=1", headers: { "content-type": "application/x-www-form-urlencoded" } };
    expect(await post("/operator/cancel", form)).toMatchObject({ status: 415, code: "unsupported_media_type" });
    expect(await post("/operator/cancel", { body: JSON.stringify("x".repeat(3_000_001)) })).toMatchObject({
      status: 413,
      code: "too_large",
    });
  });

  test("a page that the door itself gave may call it", async () => {
    for (const [url, ask] of [
      [doors.urls.loopback, (sent: Sent) => doors.byLoopback(sessions.get("decide"), "/operator/cancel", sent)],
      [doors.urls.tailnet, (sent: Sent) => doors.byTailnet("ops", "/operator/cancel", sent)],
    ] as const) {
      const headers = { origin: url, referer: `${url}/runs`, "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" };
      expect(await ask({ method: "POST", body: "7", headers })).toMatchObject({ status: 400, code: "malformed_message" });
    }
  });

  test("who is not known yet may send a link, and no more than that", async () => {
    const long = JSON.stringify({ link: "A".repeat(1_024) });
    const post = { method: "POST", body: long } as const;
    expect(await doors.byLoopback(undefined, "/operator/session", post)).toMatchObject({ status: 413, code: "too_large" });
    const chunked = { method: "POST", body: "{}", headers: { "transfer-encoding": "chunked" } } as const;
    expect(await doors.byLoopback(undefined, "/operator/session", chunked)).toMatchObject({ status: 411, code: "length_required" });
  });

  test("headers of proxies name nobody", async () => {
    const headers = {
      "x-forwarded-for": addresses.ops,
      "x-forwarded-host": "localhost",
      forwarded: `for=${addresses.ops}`,
      "x-real-ip": addresses.ops,
      "tailscale-user-login": "ops@example.com",
      authorization: `Bearer ${sessions.get("decide")}`,
    };
    expect(await doors.byTailnet("unknown", "/operator/nodes", { headers })).toMatchObject(unknown);
    expect(await doors.byTailnet("guest", "/operator/nodes", { headers })).toMatchObject(denied);
    expect(await doors.byLoopback(undefined, "/operator/nodes", { headers: { ...headers, authorization: "" } })).toMatchObject(unknown);
  });
});

test("a link opens one session, whose holder is recorded by its name", onLinux, async () => {
  const link = await makeLink({ name: "ann", level: "operate" });
  const { body } = await openSession(link);
  const { secret, ...session } = (body as Made).result.data;
  expect(session).toMatchObject({ principal: "session:ann", level: "operate" });
  expect(await openSession(link)).toMatchObject(unknown);
  const order = { kind: "run", brief: "What?" };
  const envelope = { payload: btoa(JSON.stringify(order)), payloadType: "application/vnd.tasuki.task+json", signatures: [] };
  const started = await doors.byLoopback(secret, "/operator/start", { method: "POST", body: JSON.stringify({ envelope }) });
  const { run } = (started.body as { result: { data: { run: string } } }).result.data;
  const cancelled = await doors.byLoopback(secret, "/operator/cancel", { method: "POST", body: JSON.stringify({ run, reason: "a test" }) });
  expect(cancelled).toMatchObject({ status: 200 });
  const { store } = doors.main.relay.node("main");
  const { tasks } = await store.statusOf({ run });
  expect(tasks[0]?.row.from).toBe("session:ann");
  const said = [...(await store.evidenceOf(run)).texts.values()];
  expect(said).toContainEqual(expect.stringContaining("session:ann"));
});

test("a call that is refused is a line of the log with who made it, and leaves nothing else", onLinux, async () => {
  const { store } = doors.main.relay.node("main");
  // A caller of its own: of one caller 30 lines a minute are logged.
  const { body } = await openSession(await makeLink({ level: "read", name: "logged" }));
  const { secret } = (body as Made).result.data;
  const before = (await store.statusOf("none")).size;
  doors.logged.length = 0;
  for (const call of ["cancel", "answer"]) await doors.byLoopback(secret, `/operator/${call}`, { method: "POST", body: "{}" });
  const line = { message: "a request was refused", principal: "session:logged", code: "not_granted" };
  expect(doors.logged).toMatchObject([
    { ...line, path: "/operator/cancel", detail: expect.stringContaining("session:logged may look") },
    { ...line, path: "/operator/answer" },
  ]);
  expect((await store.statusOf("none")).size).toBe(before);
});

test("while the tailnet is away, its door says that nobody can be identified; the others go on", onLinux, async () => {
  doors.fake.backend = "Stopped";
  const away = { status: 503, code: "identity_unavailable" };
  await vi.waitFor(async () => expect(await doors.byTailnet("ops", "/operator/nodes")).toMatchObject(away), waiting);
  expect(await doors.bySocket("/operator/nodes")).toMatchObject({ status: 200 });
  doors.fake.backend = "Running";
  await vi.waitFor(async () => expect(await doors.byTailnet("ops", "/operator/nodes")).toMatchObject({ status: 200 }), waiting);
});

test("a person whose grant is taken back follows a run no longer", onLinux, async () => {
  const run = await doors.main.relay.run({ brief: "What?" });
  const following = doors.byTailnet("read", `/operator/watch?input=${encodeURIComponent(JSON.stringify({ run }))}`);
  const ended = following.then(
    () => "ended",
    () => "cut",
  );
  await vi.waitFor(async () => expect(await doors.byTailnet("read", "/operator/nodes")).toMatchObject({ status: 200 }), waiting);
  doors.fake.machines = doors.fake.machines.map((one) => (one.name === "read" ? { ...one, grants: undefined } : one));
  expect(await ended).toBe("cut");
  expect(await doors.byTailnet("read", "/operator/nodes")).toMatchObject(denied);
});
