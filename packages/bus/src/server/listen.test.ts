import { once } from "node:events";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { type IncomingMessage, request, type RequestListener } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listenBus, listenSocket } from "./listen.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tasuki-listen-"));
});
afterEach(() => rm(folder, { recursive: true }));

const hello: RequestListener = (_req, res) => void res.end("hello");
async function get(socketPath: string): Promise<string> {
  const call = request({ socketPath, path: "/health", agent: false }).end();
  const [response] = (await once(call, "response")) as [IncomingMessage];
  return Buffer.concat(await response.toArray()).toString();
}

test("a socket is open to its owner and group only, and one left behind is replaced", async () => {
  const path = join(folder, "bus.sock");
  await writeFile(path, "left behind");
  {
    await using first = await listenSocket({ app: hello, path });
    expect((await stat(path)).mode & 0o777).toBe(0o660);
    expect(await get(path)).toBe("hello");
    expect(first).toBeDefined();
    await expect(listenSocket({ app: hello, path })).rejects.toMatchObject({ code: "invalid_state" });
  }
  const again = await listenSocket({ app: hello, path });
  expect(await get(path)).toBe("hello");
  await again[Symbol.asyncDispose]();
});

test("a path that no socket can have is refused with its length", async () => {
  await expect(listenSocket({ app: hello, path: join(folder, "x".repeat(120)) })).rejects.toThrow("107 bytes");
});

test("a port that is taken is refused, and says so", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await expect(listenBus({ app: hello, host: "127.0.0.1", port })).rejects.toMatchObject({
    code: "invalid_state",
    message: expect.stringContaining(String(port)),
  });
  await new Promise((resolve) => other.close(resolve));
});

// guarantees: R7.share
test("an address has two thousand connections; more are dropped, and other addresses come in", async () => {
  await using bus = await listenBus({ app: hello, host: "0.0.0.0", port: 0 });
  const open = async (localAddress: string): Promise<Socket> => {
    const socket = connect({ port: bus.port, host: "127.0.0.1", localAddress }).on("error", () => undefined);
    await once(socket, "connect");
    return socket;
  };
  const sockets = await Promise.all(Array.from({ length: 2_060 }, () => open("127.0.0.2")));
  try {
    await expect.poll(() => sockets.filter(({ destroyed }) => destroyed).length, { timeout: 20_000 }).toBe(2_060 - 2_048);
    const other = await open("127.0.0.3");
    other.write("GET /health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
    expect(await text(other)).toContain("hello");
    // A connection that ends makes room for another.
    sockets.find(({ destroyed }) => !destroyed)?.destroy();
    await expect
      .poll(
        async () => {
          const next = await open("127.0.0.2");
          next.write("GET /health HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
          return text(next).catch(() => "dropped");
        },
        { timeout: 20_000 },
      )
      .toContain("hello");
  } finally {
    for (const socket of sockets) socket.destroy();
  }
});

test("closing lets a running request finish", async () => {
  const arrived = Promise.withResolvers<() => void>();
  const bus = await listenBus({ app: (_req, res) => arrived.resolve(() => void res.end("done")), host: "127.0.0.1", port: 0 });
  const answer = fetch(`${bus.url}/slow`).then((response) => response.text());
  const finish = await arrived.promise;
  const closed = bus[Symbol.asyncDispose]();
  finish();
  expect(await answer).toBe("done");
  await closed;
  await bus[Symbol.asyncDispose]();
});

// guarantees: R7.typed
test("a failure to listen says the place, the cause that the system gave, and what helps against that one", async () => {
  await using first = await listenBus({ app: hello, host: "127.0.0.1", port: 0 });
  const taken = listenBus({ app: hello, host: "127.0.0.1", port: first.port });
  await expect(taken).rejects.toThrow(
    `can't listen on 127.0.0.1:${first.port}: address already in use (EADDRINUSE). End the other process`,
  );
  const foreign = listenBus({ app: hello, host: "192.0.2.1", port: 0 });
  await expect(foreign).rejects.toThrow(/address not available \(EADDRNOTAVAIL\)\. That is no address of this machine/);
  const lost = listenSocket({ app: hello, path: join(folder, "nowhere", "bus.sock") });
  await expect(lost).rejects.toThrow(/nowhere\/bus\.sock: .*\(E[A-Z]+\)\. Let this node's user write/);
});
