import { Queue, Worker } from "bullmq";
import { hops, type Message, type OpenRival } from "./rival.ts";

const concurrency = 8;

/** BullMQ on Redis. A message is durable when Redis answers, with `appendfsync always`. */
export const open: OpenRival = async ({ url, finished }) => {
  const { hostname: host, port } = new URL(url);
  const connection = { host, port: Number(port), maxRetriesPerRequest: null };
  const untouched = new Queue<Message>("untouched", { connection });
  const queues = hops.map((hop) => new Queue<Message>(`hop-${hop}`, { connection }));
  const workers = queues.map(
    (queue, at) =>
      new Worker<Message>(queue.name, async ({ data }) => void (await queues[at + 1]?.add("hop", data)), { connection, concurrency }),
  );
  workers.at(-1)?.on("completed", ({ data }) => finished(data.id));
  await Promise.all([untouched, ...queues, ...workers].map((each) => each.waitUntilReady()));
  return { enqueue: (message) => untouched.add("message", message), start: async (message) => queues[0]?.add("hop", message) };
};
