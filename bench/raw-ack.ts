// A server with the least that an acknowledgment costs: node:http, and one commit (synchronous=FULL) for all requests of a turn. `/row` writes
// one row; `/task` writes the rows of a task by a node's own store, but checks nothing, and gives a receipt that nobody signed; `/signed` does that too,
// but checks the task's signature, and signs the receipt.
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { randomUUIDv7 } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { buffer } from "node:stream/consumers";
import { Envelope, receiptPayloadType, taskPayloadType } from "@tasuki/protocol";
import {
  openKeys,
  openTrust,
  parseTask,
  payloadDigest,
  payloadOf,
  type Sealed,
  signEnvelope,
  type Signer,
  verifyEnvelopeAside,
} from "@tasuki/evidence";
import { openStore } from "@tasuki/store";
import { z } from "zod";

const { BENCH_DATA: data, BENCH_NODE: node } = z.object({ BENCH_DATA: z.string(), BENCH_NODE: z.string() }).parse(process.env);
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
const { receipt: signer } = await openKeys(join(node, "keys"));
const trust = await openTrust(join(node, "trust"));
const unsigned: Signer = { keyid: "0".repeat(64), sign: () => Buffer.alloc(64) };
// The receipt and its line in the feed are as long as those of a nudge.
const seal =
  (by: Signer) =>
  (index: number): Sealed => ({
    leaf: JSON.stringify({ index, filler: "x".repeat(420) }),
    envelopes: [signEnvelope(Buffer.from(JSON.stringify({ index, filler: "x".repeat(700) })), receiptPayloadType, by)],
  });
const addTask = async (req: IncomingMessage, done: (text: string) => void): Promise<void> => {
  const isSigned = req.url === "/signed";
  const envelope = Envelope.parse(JSON.parse((await buffer(req)).toString("utf8")));
  if (isSigned) await verifyEnvelopeAside(envelope, { trust, node: "main", payloadType: taskPayloadType });
  const payload = parseTask(payloadOf(envelope));
  const request = { payload, envelope, digest: payloadDigest(envelope), from: payload.from, now: Date.now(), queueLimit: 1_000_000 };
  done(JSON.stringify(await store.accept(request, seal(isSigned ? signer : unsigned))));
};
// The server keeps connections for as long as a client may wait between two rounds.
const server = createServer({ keepAliveTimeout: 65_000 }, (req, res) => {
  if (req.url === "/row") void addRow(req, () => void res.writeHead(202).end("{}"));
  else void addTask(req, (text) => void res.writeHead(202).end(text));
});
server.listen(0, "127.0.0.1", () => process.send?.(server.address()));
process.once("disconnect", () => process.exit(0));
