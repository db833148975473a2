// A bus passes; the same bus with one thing widened fails in the check that is about that thing.
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { relay } from "@tasuki/contracts/relay";
import { startTestRelay, type TestRelay } from "@tasuki/node/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runConformance } from "./run-conformance.ts";

let nodes: TestRelay;
let bus: RequestListener;
beforeAll(async () => {
  nodes = await startTestRelay({ pipeline: relay, work: {}, without: relay.roles.map(({ name }) => name) });
  bus = nodes.node("main").localBus;
});
afterAll(() => nodes[Symbol.asyncDispose]());

type Widening = (req: IncomingMessage, res: ServerResponse, pass: () => void) => void;

async function check(widen: Widening = (_req, _res, pass) => pass()) {
  const serve: RequestListener = (req, res) => widen(req, res, () => bus(req, res));
  const server = createServer({ maxHeaderSize: 16_384, requireHostHeader: false }, serve).on("checkContinue", serve);
  server.on("clientError", (_error, socket) => {
    const body = JSON.stringify({
      type: "https://tasuki.dev/problems/malformed_request",
      title: "The request is not well formed",
      status: 400,
      code: "malformed_request",
      retryable: false,
      detail: "no",
    });
    socket.end(`HTTP/1.1 400 Bad Request\r\ncontent-type: application/problem+json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    const { checks, role } = await runConformance({ target: { host: "127.0.0.1", port }, host: "localhost" });
    return { role, failed: checks.filter(({ result }) => result === "fail").map(({ name }) => name) };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("the bus of a node is narrow", async () => {
  expect(await check()).toEqual({ role: "main", failed: [] });
});

const widenings: readonly (readonly [string, string, Widening])[] = [
  ["another path", "routes", (req, res, pass) => (req.url === "/metrics" ? res.end("up 1") : pass())],
  ["a path in capitals", "routes", (req, _res, pass) => ((req.url = req.url?.toLowerCase() ?? ""), pass())],
  ["a path that is a file's", "routes", (req, res, pass) => (req.url?.includes("etc/passwd") ? res.end("root:x:0:0") : pass())],
  ["HEAD", "methods", (req, res, pass) => (req.method === "HEAD" ? res.end() : pass())],
  ["a method override", "methods", (req, _res, pass) => ((req.method = req.method === "PUT" ? "POST" : (req.method ?? "")), pass())],
  ["origins", "browsers", (req, _res, pass) => (delete req.headers.origin, pass())],
  ["any Host", "host", (req, _res, pass) => ((req.headers.host = "localhost"), pass())],
  ["CORS", "origins", (_req, res, pass) => (res.setHeader("Access-Control-Allow-Origin", "*"), pass())],
  ["a redirect", "redirects", (req, res, pass) => (req.url === "/" ? res.writeHead(302, { location: "/health" }).end() : pass())],
  ["plain text", "problems", (req, res, pass) => (req.url === "/admin" ? res.writeHead(404).end("Not found") : pass())],
  ["a failure", "failures", (req, res, pass) => (req.url?.includes("%00") ? res.writeHead(500).end() : pass())],
  ["a server's name", "failures", (_req, res, pass) => (res.setHeader("Server", "x"), pass())],
  ["bodies that are asked for unseen", "sizes", (req, res, pass) => (req.headers.expect && res.writeContinue(), pass())],
  ["content codings", "encodings", (req, _res, pass) => (delete req.headers["content-encoding"], pass())],
  ["types", "encodings", (req, _res, pass) => ((req.headers["content-type"] = "application/json"), pass())],
  ["a message's address", "calls", (req, _res, pass) => (call(req.headers.location), pass())],
];

// The widenings come together, in two halves: a run of all checks takes two seconds.
test.each([0, 1])("whatever it is open to besides, the check that is about it says so (%i)", async (half) => {
  const some = widenings.filter((_, at) => at % 2 === half);
  const { failed } = await check((req, res, pass) => {
    const next = (at: number): void => (at === some.length ? pass() : some[at]?.[2](req, res, () => next(at + 1)));
    next(0);
  });
  expect(some.flatMap(([what, name]) => (failed.includes(name) ? [] : [what]))).toEqual([]);
});

test("one that keeps what it refuses fails in 'state'", async () => {
  let kept = 0;
  const { failed } = await check((req, res, pass) => {
    if (req.url?.startsWith("/upload")) kept += 1;
    if (req.url !== "/status") return pass();
    const status = { node: "main", role: "main", instance: nodes.node("main").store.instance, size: kept, tasks: [], shortcuts: [] };
    res.setHeader("content-type", "application/json");
    res.end(JSON.stringify({ ...status, queue: { waiting: 0, running: 0, limit: 1 } }));
  });
  expect(failed).toContain("state");
});

test("what is no bus, or does not answer, is said to be none", async () => {
  await expect(check((_req, res) => res.end("hello"))).rejects.toMatchObject({ code: "unavailable" });
  await expect(runConformance({ target: { host: "127.0.0.1", port: 9 }, host: "x" })).rejects.toMatchObject({
    code: "unreachable",
    message: expect.stringMatching(/at x \(.*ECONNREFUSED/),
  });
});

function call(address: string | undefined): void {
  if (address === undefined) return;
  const { hostname, port } = new URL(address);
  connect(Number(port), hostname).on("error", () => undefined);
}
