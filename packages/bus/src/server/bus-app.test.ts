import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { TasukiError } from "@tasuki/protocol";
import { expect, test, vi } from "vitest";
import { parsePolicy } from "../permission/policy.ts";
import { type BusFixture, startBus, tokenOf } from "../testing/bus-fixture.ts";

const json = { "content-type": "application/json" };
const form = (fileName: string, text: string): string =>
  `--cut\r\ncontent-disposition: form-data; name="file"; filename="${fileName}"\r\n\r\n${text}\r\n--cut--\r\n`;
const multipart = (body: string) => ({ "content-type": "multipart/form-data; boundary=cut", "content-length": Buffer.byteLength(body) });
const nothing = { staged: 0, blobs: [] };

test("a script starts a run with bare JSON, whose bytes are the payload", async () => {
  await using bus = await startBus();
  const body = '{ "kind": "run",  "brief": "What?" }';
  const answer = await bus.send("POST", "/task", { as: "operator", headers: { ...json, "tasuki-budget-ms": 5000 }, body });
  expect(answer.status).toBe(202);
  expect(answer.headers["location"]).toBe("/status?task=01936b1c-0000-7000-8000-000000000001");
  expect(answer.body).not.toHaveProperty("replayed");
  expect(bus.tasks).toMatchObject([{ principal: "ops:operator", request: { budgetMs: 5000, envelope: { signatures: [] } } }]);
  expect(bus.tasks[0]?.request.payload.toString()).toBe(body);
  const again = await bus.send("POST", "/task", { as: "operator", headers: json, body });
  expect(again.headers["idempotent-replayed"]).toBe("true");
});

test("an envelope may have the task's small files beside its fields, in both spellings", async () => {
  await using bus = await startBus();
  const envelope = {
    payload: Buffer.from('{"kind":"run"}').toString("base64"),
    payloadType: "application/vnd.tasuki.task+json",
    signatures: [],
  };
  const file = Buffer.from("# What").toString("base64");
  const post = (path: string, body: object) =>
    bus.send("POST", path, { as: "operator", headers: json, body: JSON.stringify(body) }).then(({ status }) => status);
  expect(await post("/task", { ...envelope, files: [file] })).toBe(202);
  expect(await post("/trpc/task", { envelope, files: [file] })).toBe(200);
  expect(bus.tasks.map(({ request }) => [request.files, request.envelope])).toEqual([
    [[file], envelope],
    [[file], envelope],
  ]);
  for (const files of [file, [1], { 0: file }, null, Array.from({ length: 2_049 }, () => "")]) {
    expect(await post("/task", { ...envelope, files })).toBe(400);
    expect(await post("/trpc/task", { envelope, files })).toBe(400);
  }
  const files = Array.from({ length: 5 }, () => Buffer.alloc(65_536).toString("base64"));
  expect(await post("/task", { ...envelope, files })).toBe(413);
  expect(await post("/trpc/task", { envelope, files })).toBe(413);
  expect(bus.tasks).toHaveLength(2);
});

test("status and health answer in both spellings", async () => {
  await using bus = await startBus();
  expect(await bus.send("GET", "/status?limit=3", { as: "operator" })).toMatchObject({ status: 200, body: { size: 2 } });
  expect(await bus.send("GET", "/health", { as: "operator" })).toMatchObject({ status: 200, body: { role: "main" } });
  expect(await bus.send("GET", "/trpc/health", { as: "operator" })).toMatchObject({
    status: 200,
    body: { result: { data: { role: "main" } } },
  });
});

test("bytes are uploaded raw and in a form, and are there once", async () => {
  await using bus = await startBus();
  const raw = await bus.send("POST", "/upload?contract=brief", { as: "operator", headers: { "content-length": 6 }, body: "# What" });
  expect(raw).toMatchObject({ status: 201, body: { size: 6, contract: "brief@1" } });
  const body = form("brief.md", "# What");
  const again = await bus.send("POST", "/upload", { as: "operator", headers: multipart(body), body });
  expect(again).toMatchObject({ status: 200, body: raw.body });
  const source = form("S1.pdf", "\0 anything");
  expect(await bus.send("POST", "/upload", { as: "operator", headers: multipart(source), body: source })).toMatchObject({
    status: 201,
    body: { contract: "source@1" },
  });
  expect(bus.traces()).toMatchObject({ staged: 0, blobs: [{ contracts: ["brief@1", "brief@1"] }, { contracts: ["source@1"] }] });
});

// guarantees: R7.shown
test("an answer has what a screen obeys or does not show only escaped, so that it may be read with curl", async () => {
  await using bus = await startBus();
  const { authorization } = await tokenOf(bus.folder, "operator");
  const body = form("S1\u009B31m\u202E.md", "# What");
  const head = Object.entries({ host: bus.host, authorization, connection: "close", ...multipart(body) }).map((pair) => pair.join(": "));
  const raw = Buffer.from(await bus.sendRaw(`POST /upload HTTP/1.1\r\n${head.join("\r\n")}\r\n\r\n${body}`), "latin1").toString("utf8");
  expect(raw).toContain("S1\\u009b31m\\u202e.md");
  expect(raw).not.toMatch(/[\u009B\u202E]/);
});

// guarantees: R7.shown
test.each(["/trpc/status?input=%7B%7D", "/trpc/watch?input=%7B%7D"])(
  "%s has them escaped, too, and its letters as they are",
  async (path) => {
    const word = "Straße 東京 👍🏽 \u009B31m\u202E\u{E0041}";
    await using bus = await startBus("main", { word });
    const raw = connect(bus.port, "127.0.0.1");
    const { authorization } = await tokenOf(bus.folder, "operator");
    let came = "";
    raw.setEncoding("utf8").on("data", (chunk: string) => (came += chunk));
    raw.write(`GET ${path} HTTP/1.1\r\nhost: ${bus.host}\r\nauthorization: ${authorization}\r\n\r\n`);
    await expect.poll(() => came).toContain("Straße 東京 👍🏽 \\u009b31m\\u202e\\udb40\\udc41");
    expect(came).not.toMatch(/[\u009B\u202E\u{E0041}]/u);
    raw.destroy();
  },
);

const renamed = form("research-pack.bin", "# What");
const long = form(`S${"1".repeat(140)}.md`, "# What");
const traversal = form("../../brief.md", "# What");
const cut = renamed.replace("research-pack.bin", "brief.md").slice(0, -12);
const twoFiles = form("brief.md", "# What").replace("--cut--\r\n", "") + form("brief.md", "# What");
const withField = `--cut\r\ncontent-disposition: form-data; name="contract"\r\n\r\nbrief\r\n${form("brief.md", "# What")}`;
const noFile = "--cut--\r\n";

const tooLong = form("brief.md", `# What${"?".repeat(1_000_000)}`);

const refusals: readonly {
  what: string;
  method?: string;
  path: string;
  headers?: Record<string, string | number>;
  body?: string;
  as?: string;
  status: number;
  code: string;
  unmet?: RegExp;
}[] = [
  {
    what: "an over-long file name",
    path: "/upload",
    headers: multipart(long),
    body: long,
    status: 422,
    code: "name_invalid",
    unmet: /at most 128/,
  },
  {
    what: "a renamed file in a form",
    path: "/upload",
    headers: multipart(renamed),
    body: renamed,
    status: 422,
    code: "unknown_artifact",
    unmet: /brief\.md.*S1\.pdf.*run\.json.*final\.txt/,
  },
  {
    what: "a path for a file name",
    path: "/upload",
    headers: multipart(traversal),
    body: traversal,
    status: 422,
    code: "name_invalid",
    unmet: /brief\.md/,
  },
  {
    what: "a file in a form above the cap of the contract that its name tells",
    path: "/upload",
    headers: multipart(tooLong),
    body: tooLong,
    status: 413,
    code: "too_large",
  },
  { what: "a truncated form", path: "/upload", headers: multipart(cut), body: cut, status: 400, code: "malformed_request" },
  { what: "a form with two files", path: "/upload", headers: multipart(twoFiles), body: twoFiles, status: 400, code: "malformed_request" },
  { what: "a form with a field", path: "/upload", headers: multipart(withField), body: withField, status: 400, code: "malformed_request" },
  { what: "a form without a file", path: "/upload", headers: multipart(noFile), body: noFile, status: 400, code: "malformed_request" },
  {
    what: "a form without a boundary",
    path: "/upload",
    headers: { "content-type": "multipart/form-data", "content-length": 2 },
    body: "ab",
    status: 400,
    code: "malformed_request",
  },
  { what: "an unknown contract", path: "/upload?contract=pack", body: "a", status: 422, code: "unknown_artifact", unmet: /brief/ },
  { what: "a contract of another role", path: "/upload?contract=draft", body: "a", status: 422, code: "unknown_artifact", unmet: /brief/ },
  { what: "an unknown version", path: "/upload?contract=brief@99", body: "# a", status: 422, code: "unknown_version", unmet: /brief@1/ },
  { what: "no contract for raw bytes", path: "/upload", body: "a", status: 400, code: "malformed_request" },
  {
    what: "a broken contract",
    path: "/upload?contract=brief",
    body: "no heading",
    status: 422,
    code: "contract_violation",
    unmet: /a heading/,
  },
  { what: "bytes that are no text", path: "/upload?contract=brief", body: "# \0", status: 422, code: "contract_violation", unmet: /NUL/ },
  {
    what: "a wrong digest",
    path: `/upload?contract=brief&sha256=${"0".repeat(64)}`,
    body: "# a",
    status: 422,
    code: "digest_mismatch",
    unmet: /0000/,
  },
  {
    what: "a digest that is none",
    path: "/upload?contract=brief&sha256=12",
    body: "# a",
    status: 400,
    code: "malformed_request",
    unmet: /sha256/,
  },
  {
    what: "no Content-Length",
    path: "/upload?contract=brief",
    headers: { "transfer-encoding": "chunked" },
    body: "# a",
    status: 411,
    code: "length_required",
  },
  {
    what: "an encoded upload",
    path: "/upload?contract=brief",
    headers: { "content-encoding": "gzip" },
    body: "# a",
    status: 415,
    code: "unsupported_media_type",
  },
  {
    what: "an upload above its contract's cap",
    path: "/upload?contract=brief",
    headers: { "content-length": 1_000_001 },
    body: "#".repeat(1_000_001),
    status: 413,
    code: "too_large",
  },
  {
    what: "10 MB of JSON",
    path: "/task",
    headers: { ...json, "content-length": 10_000_000 },
    body: " ".repeat(10_000_000),
    status: 413,
    code: "too_large",
  },
  {
    what: "10 MB of JSON in chunks",
    path: "/task",
    headers: { ...json, "transfer-encoding": "chunked" },
    body: " ".repeat(10_000_000),
    status: 413,
    code: "too_large",
  },
  { what: "a task that is not JSON", path: "/task", headers: json, body: "{", status: 400, code: "malformed_message" },
  { what: "JSON of great depth", path: "/task", headers: json, body: "[".repeat(500_000), status: 400, code: "malformed_message" },
  {
    what: "JSON of more values than a task has",
    path: "/task",
    headers: json,
    body: `{"kind":"run","a":[${"1,".repeat(20_000)}1]}`,
    status: 400,
    code: "malformed_message",
  },
  {
    what: "a task of another content type",
    path: "/task",
    headers: { "content-type": "text/plain" },
    body: "{}",
    status: 415,
    code: "unsupported_media_type",
  },
  { what: "a task of an unknown kind", path: "/task", headers: json, body: '{"kind":"exec"}', status: 400, code: "malformed_message" },
  { what: "a kind that is not granted", path: "/task", headers: json, body: '{"kind":"work"}', status: 403, code: "not_granted" },
  {
    what: "an envelope of another payload",
    path: "/task",
    headers: json,
    body: '{"payload":"e30=","payloadType":"x","signatures":[]}',
    status: 400,
    code: "malformed_message",
  },
  {
    what: "a budget that is none",
    path: "/task",
    headers: { ...json, "tasuki-budget-ms": "soon" },
    body: '{"kind":"run"}',
    status: 400,
    code: "malformed_request",
  },
  { what: "an unknown path", method: "GET", path: "/nothing", status: 404, code: "not_found" },
  { what: "a procedure that is none", path: "/trpc/exec", status: 404, code: "not_found" },
  { what: "several procedures at once", method: "GET", path: "/trpc/status,health", status: 404, code: "not_found" },
  { what: "another method", method: "GET", path: "/task", status: 405, code: "method_not_allowed" },
  { what: "a query that is none", method: "GET", path: "/status?from=-1", status: 400, code: "malformed_request", unmet: /from/ },
  { what: "a repeated parameter", method: "GET", path: "/status?run=a&run=b", status: 400, code: "malformed_request", unmet: /run/ },
  { what: "Origin", method: "GET", path: "/health", headers: { origin: "http://evil.example" }, status: 403, code: "browser_refused" },
  { what: "Referer", method: "GET", path: "/health", headers: { referer: "http://evil.example" }, status: 403, code: "browser_refused" },
  { what: "Sec-Fetch-Site", method: "GET", path: "/health", headers: { "sec-fetch-site": "none" }, status: 403, code: "browser_refused" },
  { what: "another Host", method: "GET", path: "/health", headers: { host: "evil.example" }, status: 403, code: "wrong_host" },
  { what: "no token", method: "GET", path: "/health", as: "", status: 403, code: "peer_unknown" },
  {
    what: "an unknown token",
    method: "GET",
    path: "/health",
    as: "",
    headers: { authorization: "Bearer abc" },
    status: 403,
    code: "peer_unknown",
  },
  { what: "a role that may not look", method: "GET", path: "/status", as: "editor", status: 403, code: "not_granted" },
  { what: "a role that hands over elsewhere", method: "GET", path: "/health", as: "writer", status: 403, code: "not_granted" },
  { what: "an upload that is not granted", path: "/upload?contract=brief", as: "editor", body: "# a", status: 403, code: "not_granted" },
];

// guarantees: R7.refused
test.each(refusals)(
  "$what is refused with $status $code, and leaves nothing",
  async ({ method = "POST", path, headers = {}, body, as = "operator", status, code, unmet = /^$/ }) => {
    await using bus = await startBus();
    const length = body === undefined || "transfer-encoding" in headers ? {} : { "content-length": Buffer.byteLength(body) };
    const answer = await bus.send(method, path, {
      ...(as !== "" && { as }),
      headers: { ...length, ...headers },
      ...(body !== undefined && { body }),
    });
    expect(answer.headers).toMatchObject({ "content-type": "application/problem+json" });
    expect(answer.problem).toMatchObject({ status, code, type: `https://tasuki.dev/problems/${code}`, detail: expect.any(String) });
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.problem.unmet) ?? "").toMatch(unmet);
    expect(answer.headers["allow"]).toBe(status === 405 ? "POST" : undefined);
    expect(bus.traces()).toEqual(nothing);
    expect(bus.tasks).toEqual([]);
  },
);

const knownNames = { status: "run, task, from, limit, include, name, after", upload: "contract, sha256" };
test.for([
  ["GET", "/status?runs=x", `'runs': one of: ${knownNames.status}; write 'run', or leave 'runs' out.`],
  ["GET", "/status?colour=x", `'colour': one of: ${knownNames.status}; leave 'colour' out.`],
  ["GET", "/health?run=x", "'run': none, as it takes no names; leave 'run' out."],
  ["POST", "/task?dry=1", "'dry': none, as it takes no names; leave 'dry' out."],
  ["POST", "/upload?contrakt=brief", `'contrakt': one of: ${knownNames.upload}; write 'contract', or leave 'contrakt' out.`],
] as const)("a query with a name that nobody reads is refused, with the name that was meant: %s %s", async ([method, path, says]) => {
  await using bus = await startBus();
  const { status, problem } = await bus.send(method, path, { as: "operator", headers: json, ...(method === "POST" && { body: "{}" }) });
  expect({ status, problem }).toMatchObject({
    status: 400,
    problem: { code: "malformed_request", detail: `The query has a name that is not known here, ${says}` },
  });
  expect([bus.traces(), bus.tasks]).toEqual([nothing, []]);
});

test("a tRPC call may say more than is known here, as programs of a later release do", async () => {
  await using bus = await startBus();
  const input = encodeURIComponent(JSON.stringify({ limit: 1, later: true }));
  expect(await bus.send("GET", `/trpc/status?input=${input}`, { as: "operator" })).toMatchObject({ status: 200 });
});

test("HEAD is no method of the bus", async () => {
  await using bus = await startBus();
  expect(await bus.send("HEAD", "/health", { as: "operator" })).toMatchObject({ status: 405, headers: { allow: "GET" } });
});

test("a denial ends the connection, also one that would have been kept", async () => {
  await using bus = await startBus();
  const answer = await bus.sendRaw(`GET /health HTTP/1.1\r\nhost: ${bus.host}\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 403 [^]*connection: close/i);
});

test("a denied procedure answers as tRPC does, with the problem in its data", async () => {
  await using bus = await startBus();
  const answer = await bus.send("GET", "/trpc/status?input=%7B%7D", { as: "editor" });
  expect(answer).toMatchObject({ status: 403, body: { error: { data: { problem: { code: "not_granted" } } } } });
  const malformed = await bus.send("GET", "/trpc/status?input=%7B%22from%22%3A-1%7D", { as: "operator" });
  expect(malformed).toMatchObject({ status: 400, body: { error: { data: { problem: { code: "malformed_message" } } } } });
  const batch = await bus.send("GET", "/trpc/status?batch=1&input=%7B%7D", { as: "operator" });
  expect(batch).toMatchObject({ status: 400, body: { error: { data: { problem: { code: "malformed_request" } } } } });
  expect(JSON.stringify([malformed.body, batch.body])).not.toMatch(/stack|node_modules/);
});

test("a client that waits for 100-continue never sends a body that is not allowed", async () => {
  await using bus = await startBus();
  const answer = await bus.sendRaw(
    `POST /task HTTP/1.1\r\nhost: ${bus.host}\r\nexpect: 100-continue\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  expect(answer).toContain("peer_unknown");
});

// guarantees: R7.small
test.each([`{"envelope":${"[".repeat(500_000)}`, `{"envelope":[${"1,".repeat(20_000)}1]}`])(
  "a body that tRPC would take long to parse is refused before that, for its shape: %.20s",
  async (body) => {
    await using bus = await startBus();
    const answer = await bus.send("POST", "/trpc/task", { as: "operator", headers: json, body });
    expect(answer).toMatchObject({ status: 400, body: { error: { data: { problem: { code: "malformed_message" } } } } });
    expect(JSON.stringify(answer.body)).toContain("more than 16384 values");
    expect(bus.traces()).toEqual(nothing);
  },
);

test("a client that waits for 100-continue is asked for a body that is", async () => {
  await using bus = await startBus();
  const answer = await bus.send("POST", "/upload?contract=brief", {
    as: "operator",
    headers: { expect: "100-continue", "content-length": 6 },
    body: "# What",
  });
  expect(answer.status).toBe(201);
});

test("a body that ends before its length leaves nothing", async () => {
  await using bus = await startBus();
  const { authorization } = await tokenOf(bus.folder, "operator");
  const head = `POST /upload?contract=brief HTTP/1.1\r\nhost: ${bus.host}\r\nauthorization: ${authorization}\r\n`;
  await bus.sendRaw(`${head}content-length: 1000\r\n\r\n# Only this`, { end: true });
  const body = form("brief.md", "# Only this");
  await bus.sendRaw(`${head}content-type: multipart/form-data; boundary=cut\r\ncontent-length: 1000\r\n\r\n${body.slice(0, 90)}`, {
    end: true,
  });
  await expect.poll(() => bus.traces()).toEqual(nothing);
});

test.each([
  ["Content-Length and Transfer-Encoding", "content-length: 2\r\ntransfer-encoding: chunked\r\n"],
  ["two lengths", "content-length: 2\r\ncontent-length: 3\r\n"],
  ["headers above 16 KiB", `x: ${"y".repeat(20_000)}\r\n`],
  ["an unknown transfer coding", "transfer-encoding: xchunked\r\n"],
  ["an expectation that nobody knows", "content-length: 2\r\nexpect: the-unexpected\r\n"],
  ["two hosts", "content-length: 2\r\nhost: evil.example\r\n"],
  ["two tokens", "content-length: 2\r\nauthorization: Bearer a\r\nAuthorization: Bearer b\r\n"],
  ["two types", "content-length: 2\r\ncontent-type: application/json\r\ncontent-type: text/plain\r\n"],
])("%s is refused as malformed", async (_what, headers) => {
  await using bus = await startBus();
  const answer = await bus.sendRaw(`POST /task HTTP/1.1\r\nhost: ${bus.host}\r\nconnection: close\r\n${headers}\r\n{}`);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toContain("malformed_request");
});

test("a request without Host is refused as every other is", async () => {
  await using bus = await startBus();
  const answer = await bus.sendRaw("GET /health HTTP/1.1\r\n\r\n");
  expect(answer).toMatch(/^HTTP\/1\.1 403 [^]*application\/problem\+json[^]*"wrong_host"/);
});

test("an upload whose permission ends while it comes in is not published", async () => {
  await using bus = await startBus("main", { grants: (nth) => nth === 1 });
  const answer = await bus.send("POST", "/upload?contract=brief", { as: "operator", headers: { "content-length": 6 }, body: "# What" });
  expect(answer).toMatchObject({ status: 403, problem: { code: "not_granted" } });
  expect(bus.traces()).toEqual(nothing);
});

/** The request by which main follows the feed of a bus. */
async function feedRequest(bus: BusFixture): Promise<string> {
  const { authorization } = await tokenOf(bus.folder, "main");
  return `GET /trpc/watch?input=%7B%7D HTTP/1.1\r\nhost: ${bus.host}\r\nconnection: close\r\nauthorization: ${authorization}\r\n\r\n`;
}

/** Follows the feed; `text` is what has come so far. */
async function followRaw(bus: BusFixture) {
  const socket = connect(bus.port, "127.0.0.1");
  const came = { text: "", socket };
  socket.on("error", () => undefined).on("data", (chunk: Buffer) => (came.text += chunk.toString()));
  socket.write(await feedRequest(bus));
  await expect.poll(bus.watchers).toBe(1);
  return came;
}

test.each([
  ["may no longer have it", () => false],
  ["can no longer be told", () => Promise.reject(new TasukiError("identity_unavailable", "Nobody knows."))],
])("a feed is cut off, with its connection, once its reader %s", async (_what, then) => {
  let now: () => boolean | Promise<never> = () => true;
  await using bus = await startBus("editor", { grants: () => now() });
  const came = await followRaw(bus);
  await expect.poll(() => came.text).toContain('"index":1');
  const closed = once(came.socket, "close");
  now = then;
  await closed;
  await expect.poll(bus.watchers).toBe(0);
  expect(came.text).toMatch(/^HTTP\/1\.1 200 /);
});

test("who may see only their own follows no feed", async () => {
  const status = { v: 1, to: "editor", call: "status", scope: "own" };
  const grant = { src: ["tag:tasuki-main"], dst: ["tag:tasuki-editor"], app: { "tasuki.dev/cap/bus": [status] } };
  await using bus = await startBus("editor", { policy: parsePolicy(JSON.stringify({ grants: [grant] })) });
  expect(await bus.send("GET", "/status", { as: "main" })).toMatchObject({ status: 200 });
  // The answer's text is awaited and not the end of the connection, which is kept for 10 s.
  const socket = connect(bus.port, "127.0.0.1");
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString())).write(await feedRequest(bus));
  await expect.poll(() => text).toContain('"not_granted"');
  expect(bus.watchers()).toBe(0);
  socket.destroy();
});

test("a feed is cut off also where its reader takes nothing of it", async () => {
  let granted = true;
  await using bus = await startBus("editor", { grants: () => granted });
  for (let n = 0; n < 50_000; n += 1) bus.append();
  const { socket } = await followRaw(bus);
  socket.pause();
  granted = false;
  await expect.poll(bus.watchers, { timeout: 30_000 }).toBe(0);
  socket.destroy();
});

test("a feed goes on as long as its reader may have it, however often that is asked", async () => {
  let asked = 0;
  await using bus = await startBus("editor", { grants: () => (asked += 1) > 0 });
  const came = await followRaw(bus);
  await expect.poll(() => asked, { timeout: 5_000 }).toBeGreaterThan(3);
  bus.append();
  await expect.poll(() => came.text).toContain('"index":2');
  came.socket.destroy();
  await expect.poll(bus.watchers).toBe(0);
});

test("below the floor of free disk no upload is begun, and nothing is left of it", async () => {
  const diskFloor = { reserve: () => Promise.reject(new TasukiError("disk_full", "The disk has no room.")) };
  await using bus = await startBus("main", { diskFloor });
  const answer = await bus.send("POST", "/upload?contract=brief", { as: "operator", body: "# What" });
  expect(answer).toMatchObject({ status: 507, problem: { code: "disk_full", retryable: true } });
  expect(bus.traces()).toEqual(nothing);
});

// guarantees: R1.disk-full
test("room is reserved for as much as an upload says it has, and no more than is taken, until it is kept or refused", async () => {
  const asked: number[] = [];
  let held = 0;
  const reserve = async (bytes: number): Promise<Disposable> => {
    asked.push(bytes);
    held += bytes;
    return { [Symbol.dispose]: () => void (held -= bytes) };
  };
  await using bus = await startBus("main", { diskFloor: { reserve } });
  const upload = (headers: Record<string, string | number>, body: string) =>
    bus.send("POST", "/upload?contract=brief", { as: "operator", headers, body });
  expect((await upload({ "content-length": 6 }, "# What")).status).toBe(201);
  expect((await upload({ "content-length": 3 }, "# \0")).status).toBe(422);
  expect((await upload({ "content-length": 10 ** 12 }, "# What")).status).toBe(413);
  expect(asked.slice(0, 2)).toEqual([6, 3]);
  expect(asked[2]).toBeLessThan(10 ** 9);
  await expect.poll(() => held).toBe(0);
});

// A closed socket resets a client that still sends, and the reset can overtake the answer (RFC 9112, section 9.6).
test("a client that asked for the connection to be closed can send the whole of a body that was refused meanwhile", async () => {
  await using bus = await startBus();
  const socket = connect(bus.port, "127.0.0.1");
  const failure = new Promise<string>((resolve) => socket.on("error", ({ message }) => resolve(message)));
  const length = 4_000_000;
  socket.write(`POST /task HTTP/1.1\r\nhost: ${bus.host}\r\nconnection: close\r\ncontent-length: ${length}\r\n\r\n`);
  const [answer] = (await once(socket, "data")) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 403 /);
  const whole = once(socket, "close").then(() => "closed");
  socket.write(Buffer.alloc(length));
  expect(await Promise.race([failure, whole])).toBe("closed");
});

test("an answer is never left out as known already: nothing of a bus is cached", async () => {
  await using bus = await startBus();
  for (const path of ["/health", "/status", "/trpc/health"])
    for (const headers of [{ "if-none-match": "*" }, { "if-modified-since": "Fri, 01 Jan 2100 00:00:00 GMT" }])
      expect(await bus.send("GET", path, { as: "operator", headers })).toMatchObject({ status: 200 });
});

test("a length beyond any is refused as too large, at once and for that", async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error): void => void warnings.push(warning);
  process.on("warning", warn);
  await using bus = await startBus();
  const headers = { "content-length": "999999999999", expect: "100-continue" };
  expect(await bus.send("POST", "/upload?contract=brief", { as: "operator", headers })).toMatchObject({ status: 413 });
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", warn);
  // A timer beyond 2^31 ms would go off at once, with a warning, and might answer 408 before the refusal does.
  expect(warnings).toEqual([]);
});

test("a body that trickles in is cut off", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    await using bus = await startBus();
    const { authorization } = await tokenOf(bus.folder, "operator");
    const socket = connect(bus.port, "127.0.0.1");
    const answer = text(socket);
    const before = vi.getTimerCount();
    socket.write(
      `POST /upload?contract=brief HTTP/1.1\r\nhost: ${bus.host}\r\nauthorization: ${authorization}\r\ncontent-length: 1000\r\n\r\n#`,
    );
    await vi.waitUntil(() => bus.traces().staged === 1);
    expect(vi.getTimerCount()).toBeGreaterThan(before);
    vi.advanceTimersByTime(31_000);
    expect(await answer).toMatch(/^HTTP\/1\.1 408 [^]*request_timeout/);
    await vi.waitUntil(() => bus.traces().staged === 0);
  } finally {
    vi.useRealTimers();
  }
});
