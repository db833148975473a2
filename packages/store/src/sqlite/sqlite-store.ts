import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "@tasuki/protocol";
import type { FileBlobs } from "../files/file-blobs.ts";
import type { RunChange, Store } from "../port/store.ts";
import type { Recorder } from "./recorder.ts";
import { createAccept } from "./accept.ts";
import { createAnswers } from "./answers.ts";
import { createAttempts } from "./attempts.ts";
import { createBlobOperations } from "./blob-operations.ts";
import { createBlobRows } from "./blob-rows.ts";
import { createEvents } from "./events.ts";
import { createOutbox } from "./outbox.ts";
import { createRuns } from "./runs.ts";
import type { Sql } from "./sql.ts";
import { createTasks } from "./tasks.ts";
import type { Writer } from "./writer.ts";

interface SqliteStoreDeps {
  readonly db: DatabaseSync;
  readonly sql: Sql;
  readonly writer: Writer;
  /** The recorder from which the writer takes what its operations changed. */
  readonly recorder: Pick<Recorder, "changed">;
  readonly blobs: FileBlobs;
  readonly instance: string;
  readonly boot: string;
  readonly clock: Pick<Clock, "now">;
  readonly onCommit: Store["onCommit"];
}

/** True for a change that keeps a position and nothing else: the next commit may bring it. */
function isPositionAlone({
  runs,
  outbox,
  supersede,
  hasten = [],
  envelopes,
  texts = [],
  attachments,
  blobs = [],
  events,
}: RunChange): boolean {
  return [runs, outbox, supersede, hasten, envelopes, texts, attachments, blobs, events].every(({ length }) => length === 0);
}

/** Creates the Store over one SQLite connection. Operations run inside the writer's transactions; reads see what is committed. */
export function createSqliteStore({ db, sql, writer, recorder, blobs, instance, boot, clock, onCommit }: SqliteStoreDeps): Store {
  const { write, writeAlong, read } = writer;
  const events = createEvents({ sql, log: instance, recorder });
  const tasks = createTasks({ sql, recorder });
  const outbox = createOutbox({ sql, events, tasks, recorder });
  const runs = createRuns({ sql, recorder });
  const blobRows = createBlobRows(sql);
  const accept = createAccept({ sql, events, tasks, outbox, runs, blobRows, recorder });
  const attempts = createAttempts({ sql, events, tasks, outbox, blobRows, recorder, boot, now: () => clock.now() });
  const answers = createAnswers({ events, tasks, outbox, runs, blobRows });

  const change = (change: RunChange): "committed" | "conflict" | "missing" => {
    if (!change.runs.every(runs.isAt)) return "conflict";
    const brought = new Set(change.blobs?.map(({ sha256 }) => sha256));
    const named = new Set(change.attachments.map(({ sha256 }) => sha256).filter((sha256) => !brought.has(sha256)));
    if (blobRows.blobs([...named]).size < named.size) return "missing";
    blobRows.addAll(change.blobs ?? [], clock.now());
    for (const { run, epoch } of change.supersede) outbox.withdraw(run, { epoch });
    for (const run of change.hasten ?? []) outbox.wake(run, clock.now());
    for (const run of change.runs) runs.save(run);
    for (const row of change.outbox) outbox.add(row);
    for (const envelope of change.envelopes) events.keep(envelope);
    events.keepTexts(change.texts ?? []);
    for (const attachment of change.attachments) tasks.attach(attachment);
    if (change.position !== undefined) runs.savePosition(change.position);
    for (const event of change.events) events.add(typeof event === "function" ? event : event.seal(tasks.task(event.task)));
    return "committed";
  };

  return {
    instance,
    boot,
    blobs,
    accept: (request, seal) => write(() => accept(request, seal)),
    claim: (at, seal) => write(() => attempts.claim(at, seal)),
    renew: (lease, until) => write(() => attempts.renew(lease, until)),
    complete: (lease, completion, seal) =>
      writeAlong(
        () => attempts.complete(lease, completion, seal),
        () => completion.state === "done" && tasks.waiting() === 0,
      ),
    settle: (id, settlement, seal) =>
      writeAlong(
        () => outbox.settle(id, settlement, seal),
        () => settlement.state === "done" && outbox.pending() <= 1,
      ),
    retry: (task, seal) => write(() => attempts.retry(task, { seal, now: clock.now() })),
    expireLeases: (now) => write(() => tasks.expire(now)),
    change: (runChange) =>
      writeAlong(
        () => change(runChange),
        () => isPositionAlone(runChange),
      ),
    append: (seal) => write(() => events.add(seal).index),
    savePeer: (peer) => write(() => runs.savePeer(peer)),
    ...createBlobOperations({ write, rows: blobRows, blobs, now: () => clock.now() }),

    giveUpUnproven: (before) =>
      write(() => {
        const runs = tasks.giveUp(before);
        for (const run of runs) outbox.withdraw(run, { epoch: Number.MAX_SAFE_INTEGER });
        return runs;
      }),

    task: (id) => read(() => tasks.task(id)),
    grounds: (of) => read(() => answers.grounds(of)),
    statusOf: (question) => read(() => answers.statusOf(question)),
    evidenceOf: (run) => read(() => answers.evidenceOf(run)),
    tasksOf: (ids) => read(() => tasks.factsOfRuns(ids)),
    history: (page) => read(() => tasks.history(page)),
    filesOf: (ids) => read(() => tasks.filesOf(ids)),
    blobsOf: (sha256s) => read(() => blobRows.blobs(sha256s)),
    dueTasks: () =>
      read(() => {
        const { next, lapse } = tasks.due();
        return { waiting: tasks.waiting(), ...(next !== undefined && { next }), ...(lapse !== undefined && { lapse }) };
      }),
    dueOutbox: (now) =>
      read(() => {
        const next = outbox.nextDue();
        return { rows: outbox.due(now), ...(next !== undefined && { next }) };
      }),
    outboxRow: (id) => read(() => outbox.row(id)),
    run: (id) => read(() => runs.run(id)),
    runs: (filter = {}) => read(() => runs.runs(filter)),
    feed: (from, limit) => read(() => events.feed(from, limit)),
    feedSize: () => read(() => events.size()),
    envelopes: (run, payloadSha256s) => read(() => events.newest(run, payloadSha256s)),
    position: (node) => read(() => runs.position(node)),
    peers: () => read(() => runs.peers()),

    onCommit,
    async [Symbol.asyncDispose]() {
      writer.close();
      if (db.isOpen) db.close();
    },
  };
}
