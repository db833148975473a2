import { createServer } from "node:http";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { createOperatorClient } from "./operator-client.ts";
import { at, exampleStatus, runId, startFakeMain } from "./operator-fixture.ts";
import { createSocketFetch } from "./socket-fetch.ts";
import { startOperatorApi } from "./start-operator-api.ts";

const unknown = "01a20ed8-0000-756e-8e5f-b0ba1c5c733f";

test("runs and nodes are read, and a retry or cancel is recorded with who asked", async () => {
  await using main = await startFakeMain();
  const client = createOperatorClient(main.socket);
  expect(await client.run(runId)).toEqual(exampleStatus());
  expect(await client.runs({ open: true, limit: 5 })).toEqual([exampleStatus()]);
  expect(await client.nodes()).toMatchObject([{ role: "nano", reachable: false }]);
  expect(await client.retry({ run: runId, stage: "sg", reason: "mended" })).toMatchObject({ epoch: 2 });
  expect(await client.cancel({ run: runId })).toMatchObject({ state: "cancelled" });
  expect(main.asked).toEqual([
    { runs: { open: true, limit: 5 } },
    { retry: { run: runId, by: "local", stage: "sg", reason: "mended" } },
    { cancel: { run: runId, by: "local" } },
  ]);
});

test("a refusal is the problem that it is on the bus", async () => {
  await using main = await startFakeMain(exampleStatus({ state: "closed" }));
  const client = createOperatorClient(main.socket);
  await expect(client.run(unknown)).rejects.toMatchObject({ code: "not_found", message: expect.stringContaining(unknown) });
  await expect(client.retry({ run: runId })).rejects.toMatchObject({ code: "invalid_state" });
  await expect(client.run("last")).rejects.toMatchObject({ code: "malformed_message" });
  const raw = await createSocketFetch(main.socket)("http://localhost/operator/exec");
  expect({ status: raw.status, body: await raw.json() }).toMatchObject({
    status: 404,
    body: { error: { data: { problem: { code: "not_found" } } } },
  });
});

test("main's bus stands beside it: files go up, a run is started without a signature", async () => {
  await using main = await startFakeMain();
  const client = createOperatorClient(main.socket);
  const bytes = async function* () {
    yield Buffer.from("# A ");
    yield Buffer.from("document");
  };
  const sha256 = "a49b0b9aa46a3b3d9b5ed8a4ba3a1a90fb6a8cd3c4d7c5c2b9a8b1b1c7a7d0c1";
  await expect(client.bus.uploadBytes("source@1", { sha256, size: 12, bytes: bytes() })).rejects.toMatchObject({ code: "digest_mismatch" });
  expect(main.uploads).toEqual([{ contract: "source@1", text: "# A document" }]);
  expect(await client.start({ v: 1, kind: "run", brief: "What?", attachments: [] })).toBe(runId);
  expect(main.started).toEqual([{ v: 1, kind: "run", brief: "What?", attachments: [] }]);
});

test("a run is followed from its state now to its end", async () => {
  await using main = await startFakeMain();
  const states: string[] = [];
  for await (const { state } of createOperatorClient(main.socket).watch(runId, { signal: new AbortController().signal })) {
    states.push(state);
    main.set(exampleStatus(state === "open" ? { state: "closing" } : { state: "closed", endedAt: at(5) }));
  }
  expect(states).toEqual(["open", "closing", "closed"]);
});

test("a run is followed through a restart of main, and what happened meanwhile is seen", async () => {
  await using main = await startFakeMain();
  const connection: string[] = [];
  const states: string[] = [];
  const client = createOperatorClient(main.socket);
  const following = (async () => {
    const onState = (state: string): void => void connection.push(state);
    for await (const { state } of client.watch(runId, { signal: new AbortController().signal, onState })) states.push(state);
  })();
  await vi.waitFor(() => expect(states).toEqual(["open"]));
  await main.stop();
  await vi.waitFor(() => expect(connection).toEqual(["connected", "lost"]));
  main.set(exampleStatus({ state: "closed", endedAt: at(5) }));
  await main.start();
  await following;
  expect(states).toEqual(["open", "closed"]);
  expect(connection).toEqual(["connected", "lost", "connected"]);
});

test("following ends at the signal, also while main is away", async () => {
  await using main = await startFakeMain();
  const stopped = new AbortController();
  const states: string[] = [];
  const following = (async () => {
    for await (const { state } of createOperatorClient(main.socket).watch(runId, { signal: stopped.signal })) states.push(state);
  })();
  await vi.waitFor(() => expect(states).toEqual(["open"]));
  await main.stop();
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
  await expect(client.start({ v: 1, kind: "run", brief: "What?", attachments: [] })).rejects.toMatchObject(refusal);
});

test("only main has an operator API", async () => {
  const node = { role: "nano", local: { principal: "local", roles: [], permissions: [] }, localBus: () => undefined };
  await expect(startOperatorApi({ node, path: "/nowhere" })).rejects.toMatchObject({ code: "invalid_state" });
});

test("a fetch over a socket sends and gets bodies and headers, and is given up at the signal", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-fetch-"));
  const path = join(folder, "s.sock");
  const server = createServer((req, res) => {
    if (req.url === "/never") return;
    res.writeHead(201, { "x-seen": `${req.method} ${req.url} ${req.headers.host}` });
    req.pipe(res);
  }).listen(path);
  await once(server, "listening");
  const socketFetch = createSocketFetch(path);
  const answer = await socketFetch("http://localhost/a?b=1", { method: "POST", body: "text", headers: { "content-length": "4" } });
  expect([answer.status, answer.headers.get("x-seen"), await answer.text()]).toEqual([201, "POST /a?b=1 localhost", "text"]);
  await expect(socketFetch("http://localhost/never", { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ name: "TimeoutError" });
  await expect(socketFetch("http://localhost/", { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});
