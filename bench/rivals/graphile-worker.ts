import { EventEmitter } from "node:events";
import { Logger, run, type TaskList, type WorkerEvents } from "graphile-worker";
import { Pool } from "pg";
import { hops, type Message, type OpenRival } from "./rival.ts";

const concurrency = 32;
const connections = 16;

/** graphile-worker on PostgreSQL. Its workers are woken by NOTIFY. */
export const open: OpenRival = async ({ url, finished }) => {
  const events = new EventEmitter() as WorkerEvents;
  const last = `hop-${hops.length}`;
  // A job is complete when that has been committed.
  events.on("job:complete", ({ job }) => {
    if (job.task_identifier === last) finished((job.payload as Message).id);
  });
  const taskList: TaskList = Object.fromEntries(
    hops.map((hop) => [
      `hop-${hop}`,
      async (message, helpers) => void (`hop-${hop}` === last || (await helpers.addJob(`hop-${hop + 1}`, message))),
    ]),
  );
  const pgPool = new Pool({ connectionString: url, max: connections });
  const runner = await run({ pgPool, concurrency, taskList, events, noHandleSignals: true, logger: new Logger(() => () => undefined) });
  return { enqueue: (message) => runner.addJob("untouched", message), start: (message) => runner.addJob("hop-1", message) };
};
