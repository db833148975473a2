import type { DatabaseSync } from "node:sqlite";
import { type Clock, TasukiError } from "@tasuki/protocol";
import type { FileBlobs } from "../files/file-blobs.ts";
import type { RunChange, Store } from "../port/store.ts";
import { createAccept } from "./accept.ts";
import { createAttempts } from "./attempts.ts";
import { createBlobRows } from "./blob-rows.ts";
import { createEvents } from "./events.ts";
import { createOutbox } from "./outbox.ts";
import { createRuns } from "./runs.ts";
import { createSql } from "./sql.ts";
import { createTasks } from "./tasks.ts";
import type { Writer } from "./writer.ts";

interface SqliteStoreDeps {
  readonly db: DatabaseSync;
  readonly writer: Writer;
  readonly blobs: FileBlobs;
  readonly instance: string;
  readonly boot: string;
  readonly clock: Pick<Clock, "now">;
  readonly onCommit: Store["onCommit"];
}

/** Creates the Store over one SQLite connection. Operations run inside the writer's transactions; reads see what is committed. */
export function createSqliteStore({ db, writer, blobs, instance, boot, clock, onCommit }: SqliteStoreDeps): Store {
  const { write } = writer;
  const sql = createSql(db);
  const events = createEvents(sql);
  const tasks = createTasks(sql);
  const outbox = createOutbox({ sql, events });
  const runs = createRuns(sql);
  const blobRows = createBlobRows(sql);
  const accept = createAccept({ sql, events, tasks, outbox, runs });
  const attempts = createAttempts({ sql, events, tasks, outbox, boot });

  const change = (change: RunChange): void => {
    for (const { run, epoch } of change.supersede) outbox.withdraw(run, { epoch });
    for (const run of change.hasten ?? []) outbox.wake(run, clock.now());
    for (const run of change.runs) runs.save(run);
    for (const row of change.outbox) outbox.add(row);
    for (const envelope of change.envelopes) events.keep(envelope);
    for (const attachment of change.attachments) tasks.attach(attachment);
    if (change.position !== undefined) runs.savePosition(change.position);
    for (const seal of change.events) events.add(seal);
  };

  return {
    instance,
    boot,
    blobs,
    accept: (request, seal) => write(() => accept(request, seal)),
    claim: (at, seal) => write(() => attempts.claim(at, seal)),
    renew: (lease, until) => write(() => attempts.renew(lease, until)),
    complete: (lease, completion, seal) => write(() => attempts.complete(lease, completion, seal)),
    settle: (id, settlement, seal) => write(() => outbox.settle(id, settlement, seal)),
    retry: (task, seal) => write(() => attempts.retry(task, { seal, now: clock.now() })),
    expireLeases: (now) => write(() => tasks.expire(now)),
    change: (runChange) => write(() => change(runChange)),
    append: (seal) => write(() => events.add(seal).index),
    savePeer: (peer) => write(() => runs.savePeer(peer)),
    addBlob: (blob) =>
      write(() => {
        // The blob may have been swept since it was published. Its sender must bring it again, or a task would be accepted without its file.
        if (!blobs.has(blob.sha256)) throw new TasukiError("unavailable", `the bytes of ${blob.sha256} are not here: send them again`);
        blobRows.add(blob);
      }),
    async sweepBlobs(before) {
      const forgotten = await write(() => blobRows.forget(before));
      // A forgotten blob may have been added again, later in the same commit.
      const gone = forgotten.filter((sha256) => blobRows.blob(sha256) === undefined);
      blobs.remove(gone);
      return gone.length;
    },

    task: tasks.task,
    tasks: (filter = {}) => tasks.tasks(filter),
    history: tasks.history,
    attachments: tasks.attachments,
    queuePosition: tasks.queuePosition,
    queue: () => ({ waiting: tasks.waiting(), running: tasks.running() }),
    run: runs.run,
    runs: (filter = {}) => runs.runs(filter),
    epoch: tasks.epoch,
    outbox: outbox.rows,
    nextDue() {
      const due = [outbox.nextDue(), tasks.nextDue()].filter((at) => at !== undefined);
      return due.length === 0 ? undefined : Math.min(...due);
    },
    feed: events.feed,
    feedSize: events.size,
    envelope: events.envelope,
    envelopes: events.envelopes,
    position: runs.position,
    peers: runs.peers,
    blob: blobRows.blob,

    onCommit,
    async [Symbol.asyncDispose]() {
      writer.close();
      if (db.isOpen) db.close();
    },
  };
}
