import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createSocketFetch } from "./socket-client.ts";

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
