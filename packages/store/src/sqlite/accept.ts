import type { Attachment, Envelope, TaskPayload } from "@tasuki/protocol";
import type { Seal } from "@tasuki/evidence";
import { type Accepted, type AcceptRequest, unprovenLimit } from "../port/acceptance.ts";
import type { Recorder } from "./recorder.ts";
import type { BlobRows } from "./blob-rows.ts";
import type { Events } from "./events.ts";
import type { Outbox } from "./outbox.ts";
import { toEnvelope } from "./records.ts";
import type { Runs } from "./runs.ts";
import type { Sql } from "./sql.ts";
import type { Tasks } from "./tasks.ts";

interface AcceptDeps {
  readonly sql: Sql;
  readonly events: Events;
  readonly tasks: Tasks;
  readonly outbox: Outbox;
  readonly runs: Runs;
  readonly blobRows: Pick<BlobRows, "lacking" | "addAll">;
  readonly recorder: Pick<Recorder, "changed">;
}

/** Creates `Store.accept`, to be called inside a transaction. */
export function createAccept({ sql, events, tasks, outbox, runs, blobRows, recorder }: AcceptDeps) {
  /** The answer to a task that was accepted before, or that can't be accepted; undefined for one that can. */
  const answered = ({ payload, digest, from, proof, queueLimit, blobs = [] }: AcceptRequest): Accepted | undefined => {
    const known = sql<{ digest: string; body: string }>(
      "SELECT task.digest, body FROM task JOIN envelope ON envelope.seq = first_receipt WHERE id = :id",
    ).get({ id: payload.id });
    if (known !== undefined) return known.digest === digest ? replayed(toEnvelope(known)) : { is: "conflict" };
    const epoch = tasks.epoch(payload.run);
    if (payload.epoch < epoch) return { is: "stale", epoch };
    const by = payload.kind === "work" ? holderOf(payload) : undefined;
    if (by !== undefined) return { is: "taken", by };
    const closed = payload.kind === "work" ? tasks.closed(payload.run) : undefined;
    if (closed !== undefined && payload.epoch <= closed) return { is: "archived", epoch: closed };
    const brought = ({ sha256, contract }: Attachment): boolean =>
      blobs.some((blob) => blob.sha256 === sha256 && blob.contract === contract);
    const digests = blobRows.lacking(payload.attachments.filter((file) => !brought(file)));
    if (digests.length > 0) return { is: "missing", digests };
    const hasRoom = !isQueued(payload) || (tasks.waitingOf(from) < queueLimit && (proof !== "unproven" || mayBring(payload, from)));
    return hasRoom ? undefined : { is: "full" };
  };

  /** True where a sender may have this much more unproven work here. */
  const mayBring = ({ attachments }: TaskPayload, sender: string): boolean => {
    const held = tasks.unprovenOf(sender);
    const bytes = attachments.reduce((sum, { size }) => sum + size, held.bytes);
    return held.tasks === 0 || (held.tasks < unprovenLimit.tasks && bytes <= unprovenLimit.bytes);
  };

  const replayed = (receipt: Envelope): Accepted => ({ is: "replayed", receipt, ...events.textsOf(receipt) });

  const holderOf = ({ run, stage, epoch }: TaskPayload): string | undefined =>
    sql<{ id: string }>("SELECT id FROM task WHERE kind = 'work' AND run = :run AND stage = :stage AND epoch = :epoch").get({
      run,
      stage,
      epoch,
    })?.id;

  /** The effects that a task has on the run's other tasks and on its hand-offs, as soon as it is accepted. */
  const takeEffect = ({ kind, run, epoch }: TaskPayload, now: number): void => {
    switch (kind) {
      case "run":
        return;
      case "work":
        tasks.fence(run, { below: epoch, kind: "work" });
        return outbox.withdraw(run, { epoch: epoch - 1, carrying: true });
      case "cancel":
        tasks.fence(run, { below: epoch });
        return outbox.withdraw(run, { epoch: epoch - 1 });
      case "nudge":
        return outbox.wake(run, now);
      case "close":
        tasks.finish(run);
        return outbox.withdraw(run, { epoch: Number.MAX_SAFE_INTEGER });
    }
  };

  return (request: AcceptRequest, seal: Seal): Accepted => {
    const before = answered(request);
    if (before !== undefined) return before;
    const { payload, digest, envelope, from, traceparent, now, run, proof, blobs = [] } = request;
    const held = events.keep(envelope, payload.run, digest);
    takeEffect(payload, now);
    if (payload.from === "main") tasks.prove(payload.run);
    if (proof === "granted") sql("INSERT OR IGNORE INTO meta (key, value) VALUES ('granted', '1')").run();
    if (isQueued(payload)) tasks.enter(from);
    const { index, kept, texts } = events.add(seal, { run: payload.run, task: payload.id, held });
    const [receipt] = kept;
    if (receipt === undefined) throw new Error(`the event that accepts task ${payload.id} has no receipt`);
    sql(
      `INSERT INTO task (id, kind, run, stage, epoch, digest, payload, sender, state, accepted_at, first_receipt, last_receipt, traceparent,
         unproven)
       VALUES (:id, :kind, :run, :stage, :epoch, :digest, :json, :from, :state, :now, :first, :last, :traceparent, :unproven)`,
    ).run({
      id: payload.id,
      kind: payload.kind,
      run: payload.run,
      stage: payload.stage,
      epoch: payload.epoch,
      digest,
      json: JSON.stringify(payload),
      from,
      state: isQueued(payload) ? "queued" : "done",
      now,
      first: receipt.key,
      last: receipt.payload,
      traceparent,
      unproven: proof === "unproven" ? 1 : 0,
    });
    recorder.changed({ topic: "task", task: payload.id });
    blobRows.addAll(blobs, now);
    for (const attachment of payload.attachments) tasks.attach({ ...attachment, task: payload.id, direction: "in", attempt: 0 });
    if (run !== undefined) runs.save(run);
    return { is: "accepted", index, receipt: receipt.envelope, ...(texts && { texts }) };
  };
}

function isQueued({ kind }: TaskPayload): boolean {
  return kind === "work" || kind === "run";
}
