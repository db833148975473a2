import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Answer, Exchange } from "../front.ts";
import type { Lie } from "../lie.ts";

/** Request that is answered with a lie. */
export interface Asked {
  readonly exchange: Exchange;
  /** The node's own answer: the request is sent on when it is first asked for. */
  readonly honest: () => Promise<Answer>;
  /** URL that nobody may follow a redirect to. */
  readonly trap: string;
}

const json = { "content-type": "application/json" };
const blanks = Buffer.alloc(65_536, " ");
/** 100 MB of blanks, in 100 KB. */
const bomb = gzipSync(Buffer.alloc(100_000_000, " "));
/** Milliseconds for which something slow goes on, where its reader does not give it up before. */
const slowMs = 700;

/** Ways in which an answer is no answer of HTTP, or none that a bus gives. They suit every call. */
export const wireLies: readonly Lie<Asked>[] = [
  {
    name: "another status",
    async tell({ exchange: { res }, honest }, random) {
      const status = random.pick([201, 203, 205, 206, 226, 300, 304, 400, 402, 406, 410, 418, 425, 431, 451, 501, 502, 511, 599]);
      res.writeHead(status, json);
      res.end(random.chance(0.5) ? (await honest()).body : "");
    },
  },
  {
    name: "a status that there is not",
    tell: (asked, random) => raw(asked, `HTTP/1.1 ${random.pick(["999 No", "000 x", "42", "-1 x"])}\r\ncontent-length: 0\r\n\r\n`),
  },
  {
    name: "a redirect",
    tell({ exchange: { res }, trap }, random) {
      res
        .writeHead(random.pick([301, 302, 303, 307, 308]), { location: trap, refresh: `0; url=${trap}`, link: `<${trap}>; rel=preload` })
        .end();
    },
  },
  {
    name: "100 MB of blanks in gzip",
    tell: ({ exchange: { res } }) => void res.writeHead(200, { ...json, "content-encoding": "gzip" }).end(bomb),
  },
  {
    name: "another coding",
    async tell({ exchange: { res }, honest }, random) {
      const { status, body } = await honest();
      res.writeHead(status, {
        ...json,
        "content-encoding": random.pick(["gzip", "br", "deflate", "zstd", "compress", "identity, gzip", "\t"]),
      });
      res.end(random.chance(0.5) ? gzipSync(body) : "garbage");
    },
  },
  {
    name: "300 MB, as its length says",
    async tell({ exchange: { res } }) {
      res.writeHead(200, { ...json, "content-length": 300_000_000 });
      await pour(res, blanks);
    },
  },
  {
    name: "a body without end",
    async tell({ exchange: { res } }, random) {
      res.writeHead(random.pick([200, 500, 503]), json);
      await pour(
        res,
        random.pick([
          blanks,
          Buffer.from('{"a":['.repeat(1_000)),
          Buffer.from("{},".repeat(10_000)),
          Buffer.from('"'.concat("a".repeat(9_999))),
        ]),
      );
    },
  },
  {
    name: "a document that is too deep",
    tell: ({ exchange: { res } }, random) =>
      void res.writeHead(200, json).end(random.pick(["[", '{"a":', '[{"":']).repeat(random.pick([65, 1_000, 60_000]))),
  },
  {
    name: "a document of too many values",
    tell: ({ exchange: { res } }, random) =>
      void res.writeHead(200, json).end(`{"result":{"data":[${"{},".repeat(random.pick([5_000, 300_000]))}{}]}}`),
  },
  {
    name: "JSON that is broken",
    async tell({ exchange: { res }, honest }, random) {
      const { status, body } = await honest();
      const text = body.toString("latin1");
      const at = random.integer(0, Math.max(0, text.length - 1));
      res
        .writeHead(status, json)
        .end(Buffer.from(`${text.slice(0, at)}${random.pick(["", "\0", "}", '"', "\u00FF\u00FE", ",,"])}${text.slice(at + 1)}`, "latin1"));
    },
  },
  {
    name: "bytes that are no UTF-8",
    async tell({ exchange: { res }, honest }, random) {
      const { status, body } = await honest();
      const prefix = random.pick([
        Buffer.from([0xef, 0xbb, 0xbf]),
        Buffer.from([0xff, 0xfe]),
        Buffer.from([0xc0, 0x80]),
        Buffer.from([0xed, 0xa0, 0x80]),
      ]);
      res.writeHead(status, json).end(random.chance(0.5) ? Buffer.concat([prefix, body]) : Buffer.from(body.toString(), "utf16le"));
    },
  },
  {
    name: "a document with two of each key",
    async tell({ exchange: { res }, honest }) {
      const { status, body } = await honest();
      const text = body.toString();
      res.writeHead(status, json).end(`{"__proto__":{"ok":1},"constructor":{"prototype":{"ok":1}},${text.slice(1, -1)},${text.slice(1)}`);
    },
  },
  {
    name: "another media type",
    async tell({ exchange: { res }, honest }, random) {
      const { status, body } = await honest();
      const type = random.pick(["text/html", "application/x-ndjson", "multipart/form-data; boundary=x", "text/event-stream", "\u00E9"]);
      res.writeHead(status, { "content-type": type }).end(random.chance(0.5) ? "<html>" : body);
    },
  },
  {
    name: "a connection that is cut",
    async tell({ exchange: { req, res }, honest }, random) {
      const { status, body } = await honest();
      const cut = random.pick(["before", "head", "body"]);
      if (cut !== "before") res.writeHead(status, { ...json, "content-length": body.length + 1 });
      if (cut === "body") res.write(body.subarray(0, random.integer(0, body.length)));
      await delay(20);
      if (random.chance(0.5)) req.socket.resetAndDestroy();
      else req.socket.destroy();
    },
  },
  {
    name: "a length that is not its own",
    async tell(asked, random) {
      const { body } = await asked.honest();
      const length = random.pick([0, 1, body.length - 1, body.length + 1, -1, 2 ** 53, Number.NaN]);
      return raw(
        asked,
        Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`), body]),
      );
    },
  },
  {
    name: "a head that is none",
    tell: (asked, random) =>
      raw(
        asked,
        random.pick([
          `HTTP/1.1 200 OK\r\nx: ${"a".repeat(1_000_000)}\r\n\r\n`,
          "HTTP/1.1 103 Early\r\nlink: <x>\r\n\r\n".repeat(2_000),
          "HTTP/9.9 200 \r\n\r\n",
          "220 smtp.example\r\n",
          "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
          "HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello",
          "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\nzz\r\n",
          `HTTP/1.1 200 OK\r\n${"x: y\r\n".repeat(3_000)}\r\n`,
        ]),
      ),
  },
  {
    name: "one byte after the other",
    async tell({ exchange: { req, res }, honest }) {
      const { status, body } = await honest();
      res.writeHead(status, { ...json, "content-length": body.length });
      for (let at = 0; at * 10 < slowMs && !res.destroyed; at += 1) {
        res.write(body.subarray(at, at + 1));
        await delay(10);
      }
      req.socket.destroy();
    },
  },
  {
    name: "chunks of one byte",
    async tell({ exchange: { req } }) {
      const { socket } = req;
      socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n");
      const ended = AbortSignal.timeout(slowMs);
      const crumbs = "1\r\n \r\n".repeat(10_000);
      while (socket.writable && !ended.aborted) if (!socket.write(crumbs)) await delay(1);
      socket.destroy();
    },
  },
  {
    name: "silence",
    async tell({ exchange: { req } }) {
      await delay(slowMs);
      req.socket.destroy();
    },
  },
];

/** Bytes in place of an answer; then the connection ends. */
async function raw({ exchange: { req } }: Asked, bytes: string | Buffer): Promise<void> {
  req.socket.write(bytes);
  await delay(100);
  req.socket.destroy();
}

/** Writes a chunk again and again until nobody reads any more, or for as long as something slow goes on. */
async function pour(res: ServerResponse, chunk: Buffer): Promise<void> {
  const ended = AbortSignal.timeout(slowMs);
  while (!res.destroyed && !ended.aborted) {
    if (!res.write(chunk)) await delay(1);
  }
  res.destroy();
}

/** JSON of a document, as a lie is drawn into it. */
export function sendJson(res: ServerResponse, document: unknown, status = 200): void {
  res.writeHead(status, json).end(JSON.stringify(document));
}
