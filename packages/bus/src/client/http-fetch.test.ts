import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createHttpFetch } from "./http-fetch.ts";

test("a fetch over a socket sends and gets bodies and headers, and is given up at the signal", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-fetch-"));
  const path = join(folder, "s.sock");
  const server = createServer((req, res) => {
    if (req.url === "/never") return;
    res.writeHead(201, { "x-seen": `${req.method} ${req.url} ${req.headers.host}` });
    req.pipe(res);
  }).listen(path);
  await once(server, "listening");
  const socketFetch = createHttpFetch({ socketPath: path });
  const answer = await socketFetch("http://localhost/a?b=1", { method: "POST", body: "text", headers: { "content-length": "4" } });
  expect([answer.status, answer.headers.get("x-seen"), await answer.text()]).toEqual([201, "POST /a?b=1 localhost", "text"]);
  await expect(socketFetch("http://localhost/never", { signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ name: "TimeoutError" });
  await expect(socketFetch("http://localhost/", { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

test("an answer whose head comes byte by byte is given up, though its connection is never silent", async () => {
  const head = `HTTP/1.1 200 OK\r\nx: ${"a".repeat(10_000)}`;
  const server = createServer(({ socket }) => {
    let sent = 0;
    const timer = setInterval(() => socket.write(head.charAt((sent += 1) - 1)), 5);
    socket.once("close", () => clearInterval(timer));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const feed = createHttpFetch({ silenceMs: 100 });
  await expect(feed(`http://127.0.0.1:${port}/`)).rejects.toThrow("no answer began within 100 ms");
  await expect.poll(() => new Promise((resolve) => server.getConnections((_error, count) => resolve(count)))).toBe(0);
  server.close();
});

test("a connection that falls silent is given up, while it is made and while it lasts; a call that only takes long is not", async () => {
  const server = createServer((req, res) => {
    if (req.url === "/never") return;
    res.writeHead(200).write("a");
    // Longer than a connection may idle (20 ms) or be silent (50 ms): the duration is the case.
    if (req.url === "/slow") setTimeout(() => res.end("b"), 200);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const url = `http://127.0.0.1:${port}`;
  const agent = new Agent({ keepAlive: true, timeout: 20 });
  const feed = createHttpFetch({ agent, silenceMs: 50 });
  await expect(feed(`${url}/never`)).rejects.toThrow(/nothing came for 50 ms|no answer began/);
  await expect((await feed(`${url}/stays`)).text()).rejects.toThrow("nothing came for 50 ms");
  const answer = await createHttpFetch({ agent })(`${url}/slow`);
  expect(await answer.text()).toBe("ab");
  // An idle connection ends by itself, though the server would keep it.
  await expect.poll(() => new Promise((resolve) => server.getConnections((_error, count) => resolve(count)))).toBe(0);
  server.close();
});
