import { PgBoss } from "pg-boss";
import { hops, type Message, type OpenRival } from "./rival.ts";

const localConcurrency = 8;
const connections = 16;

/** Least wait between two polls that it takes: a wake that is missed costs up to 30 s by its default. */
const seconds = 0.5;
const polls = { pollingIntervalSeconds: seconds, notifyPollingIntervalSeconds: seconds };

/** pg-boss on PostgreSQL, with LISTEN/NOTIFY: its workers would poll every two seconds else. */
export const open: OpenRival = async ({ url, finished }) => {
  const boss = new PgBoss({ connectionString: url, max: connections, useListenNotify: true });
  boss.on("error", (error) => console.error(error));
  await boss.start();
  await boss.createQueue("untouched");
  for (const hop of hops) await boss.createQueue(`hop-${hop}`, { notify: true });
  for (const hop of hops)
    await boss.work<Message>(`hop-${hop}`, { localConcurrency, ...polls }, async ([job]) => {
      if (job === undefined) return;
      // It tells nobody when a completion is committed: its last job counts as over when it is called.
      if (hop === hops.length) finished(job.data.id);
      else await boss.send(`hop-${hop + 1}`, job.data);
    });
  return { enqueue: (message) => boss.send("untouched", message), start: (message) => boss.send("hop-1", message) };
};
