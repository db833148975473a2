// What an acknowledgment costs at the least: node:http and one commit, synchronous=FULL, for all that came in a turn. At `/row` of one row; at
// `/task` of what a node writes for a task, through its own store, but with a receipt that nobody signed, and nothing checked.
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { randomUUIDv7 } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { buffer } from "node:stream/consumers";
import { Envelope, receiptPayloadType, TaskPayload } from "@tasuki/contracts";
import { payloadDigest, payloadOf } from "@tasuki/evidence";
import { openStore, type Sealed } from "@tasuki/store";
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
// As long as the receipt of a nudge, and the line about it in the feed.
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
  const payload = TaskPayload.parse(JSON.parse(payloadOf(envelope).toString("utf8")));
  const request = { payload, envelope, digest: payloadDigest(envelope), from: payload.from, now: Date.now(), queueLimit: 1_000_000 };
  done(JSON.stringify(await store.accept(request, seal)));
};
// As the bus: a client that waits between rounds must not find its connection gone.
const server = createServer({ keepAliveTimeout: 65_000 }, (req, res) => {
  if (req.url === "/row") void addRow(req, () => void res.writeHead(202).end("{}"));
  else void addTask(req, (text) => void res.writeHead(202).end(text));
});
server.listen(0, "127.0.0.1", () => process.send?.(server.address()));
process.once("disconnect", () => process.exit(0));
