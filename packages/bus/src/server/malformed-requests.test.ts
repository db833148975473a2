import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { type BusFixture, startBus, tokenOf } from "../testing/bus-fixture.ts";

/** A connection that tells what it received, and how it ended. */
function open(bus: BusFixture) {
  const socket = connect(bus.port, "127.0.0.1");
  let received = "";
  socket.setEncoding("latin1").on("data", (text: string) => (received += text));
  const ended = new Promise<string>((resolve) => {
    socket.once("error", ({ message }) => resolve(message)).once("end", () => resolve("ended"));
  });
  return { socket, received: () => received, ended };
}

/** Writes until the other side ends the connection. */
async function writeOn(socket: Socket, bytes: Buffer, ended: Promise<unknown>): Promise<void> {
  while (socket.writable) if (!socket.write(bytes)) await Promise.race([once(socket, "drain"), ended]).catch(() => undefined);
}

async function headOf(bus: BusFixture, first: string): Promise<string> {
  const { authorization } = await tokenOf(bus.folder, "operator");
  return `${first} HTTP/1.1\r\nhost: ${bus.host}\r\nauthorization: ${authorization}\r\n`;
}

/** Time in which a busy machine answers. */
const inTime = { timeout: 20_000 };

const statuses = (text: string): string[] => [...text.matchAll(/HTTP\/1\.1 ([0-9]{3})/g)].map((match) => match[1] ?? "");

test.each([
  ["headers without an end", "GET /health HTTP/1.1\r\nx: "],
  ["a target without an end", "GET /"],
  ["bytes that are no HTTP", "\0\0\0"],
])("a client that goes on sending %s gets its answer, not a reset", async (_what, start) => {
  await using bus = await startBus();
  const { socket, received, ended } = open(bus);
  socket.write(start);
  await writeOn(socket, Buffer.alloc(65_536, "a"), ended);
  expect(await ended).toBe("ended");
  expect(received()).toMatch(/^HTTP\/1\.1 400 [^]*connection: close[^]*"malformed_request"/);
});

test("a denied client that goes on sending requests gets its one answer, not a reset", async () => {
  await using bus = await startBus();
  const { socket, received, ended } = open(bus);
  await writeOn(socket, Buffer.from(`GET /health HTTP/1.1\r\nhost: ${bus.host}\r\n\r\n`.repeat(500)), ended);
  expect(await ended).toBe("ended");
  expect(statuses(received())).toEqual(["403"]);
});

test("a client that reads its answer only once it has sent its whole body finds it there, however long that took", async () => {
  await using bus = await startBus();
  const socket = connect({ port: bus.port, host: "127.0.0.1", allowHalfOpen: true });
  const failure = new Promise<string>((resolve) => socket.once("error", ({ message }) => resolve(message)));
  socket.pause();
  // Longer than a pause of a second, after which a client that sends nothing is given up.
  const pieces = 12;
  socket.write(`POST /task HTTP/1.1\r\nhost: ${bus.host}\r\ncontent-length: ${pieces * 1_000}\r\n\r\n`);
  for (let sent = 0; sent < pieces; sent += 1) {
    await delay(100);
    socket.write(Buffer.alloc(1_000, " "));
  }
  const answer = text(socket);
  socket.resume();
  expect(await Promise.race([answer, failure])).toMatch(/^HTTP\/1\.1 403 /);
  socket.destroy();
});

test("what follows a whole request is refused after its answer", async () => {
  await using bus = await startBus();
  const { socket, received, ended } = open(bus);
  socket.write(`${await headOf(bus, "GET /health")}\r\n\0\0\0\0`);
  expect(await ended).toBe("ended");
  expect(statuses(received())).toEqual(["200", "400"]);
});

test("what follows the last request of a connection takes nothing from its answer", async () => {
  await using bus = await startBus();
  const { socket, received, ended } = open(bus);
  socket.write(`${await headOf(bus, "GET /health")}connection: close\r\n\r\nmore`);
  expect(await ended).toBe("ended");
  expect(statuses(received())).toEqual(["200"]);
});

test.each(["/task", "/upload?contract=brief", "/trpc/task"])("a broken chunk in a body for %s is refused once", async (path) => {
  await using bus = await startBus();
  const { socket, received, ended } = open(bus);
  socket.write(`${await headOf(bus, `POST ${path}`)}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`);
  socket.write("2\r\n{ \r\nzz\r\n");
  expect(await ended).toBe("ended");
  // `length_required` may come first: an upload without a length is refused for that, too.
  expect(statuses(received())).toEqual([expect.stringMatching(path.startsWith("/upload") ? /^4(00|11)$/ : /^400$/)]);
  expect(bus.traces()).toEqual({ staged: 0, blobs: [] });
  expect(bus.tasks).toEqual([]);
});

// guarantees: R7.share
test.each(["/task", "/trpc/task"])("a body in chunks of one byte is refused for %s, and read no further", async (path) => {
  await using bus = await startBus();
  const { socket, received, ended } = open(bus);
  socket.write(`${await headOf(bus, `POST ${path}`)}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`);
  socket.write("1\r\n \r\n".repeat(20_000));
  expect(await ended).toBe("ended");
  expect(received()).toMatch(/^HTTP\/1\.1 400 [^]*connection: close[^]*"malformed_request"[^]*pieces of a few bytes/);
  expect(bus.tasks).toEqual([]);
});

// guarantees: R7.share
test("of one caller's large bodies eight come in at once, and small ones beside them", async () => {
  await using bus = await startBus();
  const begin = async (body: string) => {
    const one = open(bus);
    one.socket.write(
      `${await headOf(bus, "POST /task")}content-type: application/json\r\ncontent-length: 1000000\r\nconnection: close\r\n\r\n${body}`,
    );
    return one;
  };
  const large = await Promise.all(Array.from({ length: 12 }, () => begin(" ".repeat(200_000))));
  await expect.poll(() => large.filter(({ received }) => /^HTTP\/1\.1 503 [^]*retry-after: 1/i.test(received())).length, inTime).toBe(4);
  const small = open(bus);
  small.socket.write(`${await headOf(bus, "POST /task")}content-type: application/json\r\ncontent-length: 1\r\nconnection: close\r\n\r\n{`);
  expect(await small.ended).toBe("ended");
  expect(statuses(small.received())).toEqual(["400"]);
  // The end of one makes room for another.
  for (const { socket } of large) socket.destroy();
  await expect
    .poll(async () => {
      const next = await begin(" ".repeat(1_000_000));
      await next.ended;
      return statuses(next.received());
    }, inTime)
    .toEqual(["400"]);
});

test("a refusal before the body has come says that the connection ends with it", async () => {
  await using bus = await startBus();
  const { socket, received, ended } = open(bus);
  socket.write(`${await headOf(bus, "POST /task")}content-type: text/plain\r\ncontent-length: 10\r\n\r\n12345`);
  expect(await ended).toBe("ended");
  expect(received()).toMatch(/^HTTP\/1\.1 415 [^]*connection: close/);
});

test("a body that nobody reads is dropped for so long, and then cut off", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    await using bus = await startBus();
    const { socket, received, ended } = open(bus);
    socket.write(`${await headOf(bus, "GET /health")}content-length: 1000\r\n\r\n#`);
    await vi.waitUntil(() => received() !== "");
    vi.advanceTimersByTime(31_000);
    expect(await ended).toBe("ended");
    expect(statuses(received())).toEqual(["200"]);
  } finally {
    vi.useRealTimers();
  }
});

test("a connection that is used again and again keeps nothing of its requests", async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error): void => void warnings.push(warning);
  process.on("warning", warn);
  await using bus = await startBus();
  const { socket, received, ended } = open(bus);
  const head = await headOf(bus, "POST /task");
  const one = `${head}content-type: application/json\r\ncontent-length: 15\r\n\r\n{"kind":"exec"}`;
  for (let sent = 1; sent <= 30; sent += 1) {
    socket.write(one);
    await expect.poll(() => statuses(received()).length).toBe(sent);
  }
  socket.end();
  await ended;
  process.off("warning", warn);
  expect(warnings).toEqual([]);
});

test("a tunnel is refused: the bus is no proxy", async () => {
  await using bus = await startBus();
  expect(await bus.sendRaw((await headOf(bus, "CONNECT evil.example:443")) + "\r\n")).toMatch(/^HTTP\/1\.1 400 [^]*"malformed_request"/);
});

test("a header is seen behind any number of others", async () => {
  await using bus = await startBus();
  const many = `${await headOf(bus, "GET /health")}${"a:\r\n".repeat(2_500)}`;
  expect(await bus.sendRaw(`${many}origin: x\r\nconnection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 403 [^]*"browser_refused"/);
});

test("whoever asks for a tunnel and is gone when the answer comes ends nothing but that", async () => {
  await using bus = await startBus();
  const head = await headOf(bus, "CONNECT evil.example:443");
  const gone = Array.from({ length: 20 }, async () => {
    const { socket } = open(bus);
    socket.on("error", () => undefined);
    socket.write(`${head}\r\n`, () => socket.resetAndDestroy());
    await once(socket, "close");
  });
  await Promise.all(gone);
  expect(await bus.send("GET", "/health", { as: "operator" })).toMatchObject({ status: 200 });
});
