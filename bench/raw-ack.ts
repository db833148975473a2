// What an acknowledgment costs at the least: node:http, one row and one commit for all that came in a turn, synchronous=FULL.
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { buffer } from "node:stream/consumers";
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
const accept = async (req: IncomingMessage, done: () => void): Promise<void> => {
  const payload = await buffer(req);
  if (waiting.length === 0) setImmediate(commit);
  waiting.push({ payload, done });
};
// As the bus: a client that waits between rounds must not find its connection gone.
const server = createServer({ keepAliveTimeout: 65_000 }, (req, res) => {
  void accept(req, () => void res.writeHead(202).end("{}"));
});
server.listen(0, "127.0.0.1", () => process.send?.(server.address()));
process.once("disconnect", () => process.exit(0));
