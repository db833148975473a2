import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { assert, integer, property } from "fast-check";
import { expect, test } from "vitest";
import { exchange, takeAnswer } from "./raw-http.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

test("an answer with a length ends there, and the next begins", () => {
  const first = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nX-A: 1\r\nx-a: 2\r\n\r\n{}";
  const taken = takeAnswer(bytes(`${first}HTTP/1.1 200 OK\r\n\r\n`));
  expect(taken).toEqual({
    answer: { status: 403, headers: { "content-length": "2", "x-a": "1, 2" }, body: bytes("{}") },
    length: first.length,
  });
});

test("chunks are joined; what is not whole is waited for, wherever it is cut", () => {
  const whole = bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\na;x=y\r\n0123456789\r\n0\r\n\r\n");
  expect(takeAnswer(whole)?.answer.body.toString()).toBe("abc0123456789");
  assert(
    property(integer({ min: 0, max: whole.length - 1 }), (end) => {
      expect(takeAnswer(whole.subarray(0, end))).toBeUndefined();
    }),
  );
});

test("an answer to HEAD, and a 100, have no body; one without a length lasts to the end", () => {
  expect(takeAnswer(bytes("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), { isHead: true })?.answer.status).toBe(200);
  expect(takeAnswer(bytes("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400"))).toMatchObject({ answer: { status: 100 }, length: 25 });
  const open = bytes("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nno");
  expect(takeAnswer(open)).toBeUndefined();
  expect(takeAnswer(open, { ended: true })?.answer.body.toString()).toBe("no");
});

test("what is no HTTP is said to be none", () => {
  expect(() => takeAnswer(bytes("SSH-2.0-x\r\n\r\n"))).toThrow("SSH-2.0-x");
});

test("an answer without an end is read to its limit, and no further", async () => {
  const mebibyte = Buffer.alloc(1024 * 1024, "a");
  let sent = 0;
  const endless = createServer((socket) => {
    socket.on("error", () => undefined).on("data", () => undefined);
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n");
    const more = (): void => {
      while (!socket.destroyed && sent < 256) {
        sent += 1;
        if (!socket.write(mebibyte)) return;
      }
    };
    socket.on("drain", more);
    more();
  });
  await once(endless.listen(0, "127.0.0.1"), "listening");
  const { port } = endless.address() as AddressInfo; // of a server that listens on a port
  expect(await exchange({ host: "127.0.0.1", port }, "GET / HTTP/1.1\r\n\r\n")).toEqual([]);
  expect(sent).toBeLessThan(64);
  endless.close();
});
