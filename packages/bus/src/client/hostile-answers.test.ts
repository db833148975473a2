// Answers of a node that is taken over: each is refused or clipped, in time, and read no further than its kind allows.
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { taskPayloadType } from "@tasuki/protocol";
import { describe, expect, test } from "vitest";
import { blockedTask, goodHealth, goodStatus, sendRefusal, sendResult, startLyingNode } from "../testing/lying-node.ts";
import { answerLimits } from "./answer-limits.ts";

const work = { payload: "e30=", payloadType: taskPayloadType, signatures: [] };
const blanks = Buffer.alloc(65_536, " ");
const json = { "content-type": "application/json" };
/** Bytes that the kernel takes from a sender before anybody reads them, at most: net.ipv4.tcp_rmem and tcp_wmem. */
const buffered = 16_000_000;
const soon = () => ({ signal: AbortSignal.timeout(100) });
const unmet = { file: "a.md", expected: "x", got: "y", fix: "z" };

describe("an answer that is too large", () => {
  test("is refused by its length, before a byte of it is read", async () => {
    await using node = await startLyingNode((_req, res, pour) => {
      res.writeHead(200, { ...json, "content-length": 300_000_000 });
      pour(blanks, 300_000_000 / blanks.length);
    });
    await expect(node.client.health()).rejects.toMatchObject({
      code: "answer_invalid",
      message: expect.stringContaining("it has 300000000 bytes, and at most 65536 are read"),
    });
    expect(node.poured()).toBeLessThan(buffered);
    await expect.poll(node.connections).toBe(0);
  });

  test.for([
    ["health", answerLimits.health.bytes],
    ["status", answerLimits.status.bytes],
    ["task", answerLimits.task.bytes],
    ["upload", answerLimits.upload.bytes],
  ] as const)("is read to the limit of its kind where it does not end: %s", async ([kind, bytes]) => {
    await using node = await startLyingNode((_req, res, pour) => {
      res.writeHead(200, json);
      pour(blanks);
    });
    const bytesOf = async function* () {
      yield Buffer.from("# a");
    };
    const ask = {
      health: () => node.client.health(),
      status: () => node.client.status({}),
      task: () => node.client.task(work),
      upload: () => node.client.uploadBytes("draft@1", { sha256: "a".repeat(64), size: 3, bytes: bytesOf() }),
    };
    await expect(ask[kind]()).rejects.toMatchObject({
      code: "answer_invalid",
      message: expect.stringContaining(`more than ${bytes} bytes`),
    });
    expect(node.poured()).toBeLessThan(bytes + buffered);
    await expect.poll(node.connections).toBe(0);
  });

  test("is refused where it is a problem with a detail of 50 MB", async () => {
    await using node = await startLyingNode((_req, res, pour) => {
      res.writeHead(503, json);
      pour(blanks, 50_000_000 / blanks.length);
    });
    await expect(node.client.task(work)).rejects.toMatchObject({ code: "answer_invalid", retryable: true });
    expect(node.poured()).toBeLessThan(buffered);
  });

  test("is refused where it is 200,000 unmet lines of a block", async () => {
    const line = Buffer.from(`${JSON.stringify({ ...unmet, expected: "x".repeat(100), got: "y".repeat(100) })},`);
    await using node = await startLyingNode((_req, res, pour) => {
      res.writeHead(200, json);
      res.write('{"result":{"data":{"tasks":[{"block":{"unmet":[');
      pour(line, 200_000);
    });
    await expect(node.client.status({})).rejects.toMatchObject({ code: "answer_invalid", message: expect.stringContaining("values") });
    expect(node.poured()).toBeLessThan(50_000_000);
  });

  // guarantees: R7.share
  test("is refused where it comes in chunks of one byte", async () => {
    await using node = await startLyingNode((_req, res) => {
      res.writeHead(200, json).flushHeaders();
      // `write` would put what is written in one turn into one chunk.
      res.socket?.write("1\r\n \r\n".repeat(20_000));
    });
    await expect(node.client.health()).rejects.toMatchObject({
      code: "answer_invalid",
      message: expect.stringContaining("pieces of a few bytes"),
    });
    await expect.poll(node.connections).toBe(0);
  });

  test("is not unpacked, however small it comes", async () => {
    const bomb = gzipSync(Buffer.alloc(100_000_000, " "));
    await using node = await startLyingNode((_req, res) => res.writeHead(200, { ...json, "content-encoding": "gzip" }).end(bomb));
    await expect(node.client.health()).rejects.toMatchObject({ message: expect.stringContaining("its content-encoding is 'gzip'") });
  });
});

test("an answer is not parsed that is small, and would be large or deep once it is parsed", async () => {
  const bodies = ["[".repeat(1_000_000), `{"a":${"[".repeat(65)}`, `[${"{},".repeat(200_000)}{}]`];
  await using node = await startLyingNode((_req, res) => void res.writeHead(200, json).end(bodies.shift() ?? ""));
  await expect(node.client.status({})).rejects.toMatchObject({ message: expect.stringContaining("more than 64 levels") });
  await expect(node.client.status({})).rejects.toMatchObject({ message: expect.stringContaining("more than 64 levels") });
  await expect(node.client.status({})).rejects.toMatchObject({ message: expect.stringContaining("more than 100000 values") });
});

test.for([
  ["whose head comes", (res: ServerResponse) => () => res.socket?.write("H")],
  ["whose body comes", (res: ServerResponse) => (res.writeHead(200, json), () => res.write(" "))],
] as const)("an answer %s byte by byte ends with the time limit of its call, and so does its connection", async ([, trickle]) => {
  await using node = await startLyingNode((req, res) => {
    const timer = setInterval(trickle(res), 5);
    req.socket.once("close", () => clearInterval(timer));
  });
  for (const answer of [node.client.health(soon()), node.client.task(work, soon())])
    await expect(answer).rejects.toMatchObject({ code: "unreachable" });
  await expect.poll(node.connections).toBe(0);
});

test("an upload that is taken byte by byte ends with its time limit", async () => {
  await using node = await startLyingNode((req) => {
    const timer = setInterval(() => req.read(1), 5);
    req.socket.once("close", () => clearInterval(timer));
  });
  const bytes = async function* () {
    for (;;) yield blanks;
  };
  const upload = { sha256: "a".repeat(64), size: 300_000_000, bytes: bytes() };
  await expect(node.client.uploadBytes("draft@1", upload, soon())).rejects.toMatchObject({ code: "unreachable" });
});

test("of an answer only the known fields are kept, whatever else it has", async () => {
  const more = { junk: "a".repeat(10_000), contracts: { ...goodHealth.contracts, later: 1 } };
  await using node = await startLyingNode((_req, res) => sendResult(res, { ...goodHealth, ...more }));
  expect(await node.client.health()).toStrictEqual(goodHealth);
});

test("texts and lists for people are clipped, with a mark, and the answer counts", async () => {
  const long = "d".repeat(200_000);
  const clipped = `${"d".repeat(1023)}…`;
  const faults = Array.from({ length: 900 }, () => unmet);
  const missing = Array.from({ length: 3_000 }, () => "a".repeat(64));
  const refusals = [{ detail: long }, { detail: "no", missing }, { detail: "no", unmet: faults }];
  const block = { reason: long, needs: long, owner: long, clearsWith: long, unmet: [{ ...unmet, got: long }, ...faults] };
  await using node = await startLyingNode((req, res) => {
    if (req.method === "GET") return sendResult(res, { ...goodStatus, tasks: [blockedTask(block)] });
    return sendRefusal(res, { code: "attachments_missing", status: 409, retryable: false, ...refusals.shift() });
  });
  const refusal = async (): Promise<unknown> => node.client.task(work).catch((error: unknown) => error);
  expect(await refusal()).toMatchObject({ code: "attachments_missing", message: clipped });
  expect(await refusal()).toMatchObject({ code: "attachments_missing", details: { missing: missing.slice(0, 2_048) } });
  const said = { file: "…", expected: "…", got: "801 more", fix: "mend those above, and try again" };
  expect(await refusal()).toMatchObject({ code: "attachments_missing", details: { unmet: [...faults.slice(0, 99), said] } });
  const [task] = (await node.client.status({})).tasks;
  const first = { ...unmet, got: clipped };
  const lines = [first, ...faults.slice(0, 98), { ...said, got: "802 more" }];
  expect(task?.block).toEqual({ reason: clipped, needs: clipped, owner: clipped, clearsWith: clipped, unmet: lines });
});

test.for([
  ["a status that there is not", "HTTP/1.1 999 No\r\ncontent-length: 0\r\n\r\n"],
  ["another protocol", "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"],
  ["no HTTP", "220 smtp.example\r\n"],
  ["a head without end", `HTTP/1.1 200 OK\r\nx: ${"a".repeat(1_000_000)}`],
  ["a body that breaks off", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"],
] as const)("%s is no answer, and ends nothing", async ([, bytes]) => {
  await using node = await startLyingNode((req) => void req.socket.end(bytes));
  await expect(node.client.health()).rejects.toMatchObject({ code: "unreachable" });
});

test.for([
  ["without a body", "HTTP/1.1 204 No Content\r\n\r\n"],
  ["that is no JSON", "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{]"],
  ["of another shape", 'HTTP/1.1 200 OK\r\ncontent-length: 22\r\n\r\n{"result":{"data":{}}}'],
] as const)("an answer %s is one that can't be read, and no silence", async ([, bytes]) => {
  await using node = await startLyingNode((req) => void req.socket.end(bytes));
  await expect(node.client.health()).rejects.toMatchObject({ code: "answer_invalid" });
});

test("an answer has so many bytes at most as its caller says", async () => {
  await using node = await startLyingNode((_req, res) => sendResult(res, goodStatus));
  const size = Buffer.byteLength(JSON.stringify({ result: { data: goodStatus } }));
  expect(await node.client.status({}, { mostBytes: size })).toMatchObject({ node: goodStatus.node });
  await expect(node.client.status({}, { mostBytes: size - 1 })).rejects.toMatchObject({ code: "answer_invalid" });
});

test("a node has so many connections and no more, however long it lets its callers wait", async () => {
  await using node = await startLyingNode(() => undefined);
  const given = new AbortController();
  const calls = Array.from({ length: 100 }, () => node.client.status({}, { signal: given.signal }).catch(() => "given up"));
  await expect.poll(node.connections).toBe(32);
  given.abort();
  expect(new Set(await Promise.all(calls))).toEqual(new Set(["given up"]));
  expect(node.asked).toHaveLength(32);
});

test("no proxy is asked, whatever the environment says", async () => {
  await using node = await startLyingNode((_req, res) => sendResult(res, goodHealth));
  await using proxy = await startLyingNode((_req, res) => res.writeHead(502).end());
  const module = new URL("create-bus-client.ts", import.meta.url).href;
  const program = `
    const { createBusClient } = await import(${JSON.stringify(module)});
    const identity = { outbound: async () => ({ authorization: "Bearer secret" }) };
    const client = createBusClient({ node: "nano", url: ${JSON.stringify(node.url)}, identity });
    console.log((await client.health()).role);
    await fetch(${JSON.stringify(node.url)}).catch(() => undefined);`;
  const names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
  const env = {
    ...process.env,
    NODE_USE_ENV_PROXY: "1",
    ...Object.fromEntries(names.map((name) => [name, proxy.url])),
    NO_PROXY: "",
    no_proxy: "",
  };
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { env, stdio: ["ignore", "pipe", "inherit"] });
  const said = text(child.stdout);
  await once(child, "close");
  expect((await said).trim()).toBe("nano");
  expect(node.asked).toEqual(["/trpc/health"]);
  // Node's own fetch asks the proxy there.
  expect(proxy.asked).toHaveLength(1);
});
