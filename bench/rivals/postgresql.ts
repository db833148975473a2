import { Client, Pool } from "pg";
import { hops, type Message, type OpenRival } from "./rival.ts";

const loopsPerHop = 4;
const connections = 16;
const pollMs = 1_000;

const schema = `
CREATE TABLE IF NOT EXISTS task (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, hop int NOT NULL, state text NOT NULL DEFAULT 'queued', message jsonb NOT NULL);
CREATE INDEX IF NOT EXISTS task_queued ON task (hop, id) WHERE state = 'queued';`;
const insert = "INSERT INTO task (hop, message) VALUES ($1, $2)";
const claim = `UPDATE task SET state = 'running' WHERE id = (
  SELECT id FROM task WHERE hop = $1 AND state = 'queued' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, message`;
const handOn = `WITH done AS (UPDATE task SET state = 'done' WHERE id = $1 RETURNING message)
  INSERT INTO task (hop, message) SELECT $2, message FROM done`;
const end = "UPDATE task SET state = 'done' WHERE id = $1";

/** PostgreSQL with the least that a queue needs: a claim skips locked rows, a hand-off is one commit, and NOTIFY follows the commit. */
export const open: OpenRival = async ({ url, finished }) => {
  const pool = new Pool({ connectionString: url, max: connections });
  await pool.query(schema);
  const listener = new Client({ connectionString: url });
  await listener.connect();
  /** Number of notifications, by hop; below, the loops that wait for one. */
  const notified = new Map<number, number>();
  const asleep = new Map<number, Set<() => void>>(hops.map((hop) => [hop, new Set()]));
  const count = (hop: number): number => notified.get(hop) ?? 0;
  listener.on("notification", ({ payload }) => {
    const hop = Number(payload);
    notified.set(hop, count(hop) + 1);
    // One loop for one task; those that are busy look again when they are done.
    const [first] = asleep.get(hop) ?? [];
    first?.();
  });
  await listener.query("LISTEN task");
  const notify = (hop: number) => pool.query("SELECT pg_notify('task', $1)", [String(hop)]);
  const sleep = async (hop: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, pollMs);
    asleep.get(hop)?.add(resolve);
    await promise;
    clearTimeout(timer);
    asleep.get(hop)?.delete(resolve);
  };
  const loop = async (hop: number): Promise<never> => {
    const client = new Client({ connectionString: url });
    await client.connect();
    for (;;) {
      const seen = count(hop);
      const { rows } = await client.query<{ id: string; message: Message }>({ name: "claim", text: claim, values: [hop] });
      const [task] = rows;
      if (task === undefined) {
        if (seen === count(hop)) await sleep(hop);
      } else if (hop === hops.length) {
        await client.query({ name: "end", text: end, values: [task.id] });
        finished(task.message.id);
      } else {
        await client.query({ name: "hand-on", text: handOn, values: [task.id, hop + 1] });
        await notify(hop + 1);
      }
    }
  };
  for (const hop of hops) for (let nth = 0; nth < loopsPerHop; nth += 1) void loop(hop);
  const enqueue = (hop: number, message: Message) => pool.query({ name: "insert", text: insert, values: [hop, JSON.stringify(message)] });
  return {
    enqueue: (message) => enqueue(0, message),
    async start(message) {
      await enqueue(1, message);
      await notify(1);
    },
  };
};
