// A server with the least that an acknowledgment costs: node:http, and one commit (synchronous=FULL) for all requests of a turn. `/row` writes
// one row; `/task` writes the rows of a task by a node's own store, but checks nothing, and gives a receipt that nobody signed.
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { randomUUIDv7 } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { buffer } from "node:stream/consumers";
import { Envelope, receiptPayloadType } from "@tasuki/protocol";
import { parseTask, payloadDigest, payloadOf, type Sealed } from "@tasuki/evidence";
import { openStore } from "@tasuki/store";
import { z } from "zod";

const { BENCH_DATA: data } = z.object({ BENCH_DATA: z.string() }).parse(process.env);
const database = new DatabaseSync(join(data, "raw.sqlite"));
database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE task (id INTEGER PRIMARY KEY, payload BLOB) STRICT");
const insert = database.prepare("INSERT INTO task (payload) VALUES (?)");

let waiting: { readonly payload: Buffer; readonly done: () => void }[] = [];
const commit = (): void => {
  const batch = waiting;
  waiting = [];
  database.exec("BEGIN");
  for (const { payload } of batch) insert.run(payload);
  database.exec("COMMIT");
  for (const { done } of batch) done();
};
const addRow = async (req: IncomingMessage, done: () => void): Promise<void> => {
  const payload = await buffer(req);
  if (waiting.length === 0) setImmediate(commit);
  waiting.push({ payload, done });
};

const store = await openStore({ folder: join(data, "store"), clock: { now: () => Date.now() }, newId: () => randomUUIDv7() });
// The receipt and its line in the feed are as long as those of a nudge.
const seal = (index: number): Sealed => ({
  leaf: JSON.stringify({ index, filler: "x".repeat(420) }),
  envelopes: [
    {
      payload: Buffer.from(JSON.stringify({ index, filler: "x".repeat(700) })).toString("base64"),
      payloadType: receiptPayloadType,
      signatures: [{ keyid: "0".repeat(64), sig: "x".repeat(88) }],
    },
  ],
});
const addTask = async (req: IncomingMessage, done: (text: string) => void): Promise<void> => {
  const envelope = Envelope.parse(JSON.parse((await buffer(req)).toString("utf8")));
  const payload = parseTask(payloadOf(envelope));
  const request = { payload, envelope, digest: payloadDigest(envelope), from: payload.from, now: Date.now(), queueLimit: 1_000_000 };
  done(JSON.stringify(await store.accept(request, seal)));
};
// The server keeps connections for as long as a client may wait between two rounds.
const server = createServer({ keepAliveTimeout: 65_000 }, (req, res) => {
  if (req.url === "/row") void addRow(req, () => void res.writeHead(202).end("{}"));
  else void addTask(req, (text) => void res.writeHead(202).end(text));
});
server.listen(0, "127.0.0.1", () => process.send?.(server.address()));
process.once("disconnect", () => process.exit(0));
