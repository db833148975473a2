import type { Block, Envelope, TaskPayload, TaskState } from "@tasuki/protocol";
import type { AttachmentRow, OutboxRow, OutboxState, RunRow, TaskRow } from "../port/rows.ts";

// Each column of JSON was written by this package from the very type that `as` names below.

/** A row of `task`, without the columns that only statements use. */
export interface TaskRecord {
  readonly id: string;
  readonly payload: string;
  readonly digest: string;
  readonly sender: string;
  readonly state: TaskState;
  readonly attempt: number;
  readonly lease_until: number | null;
  readonly boot: string | null;
  readonly block: string | null;
  readonly accepted_at: number;
  readonly last_receipt: string;
  readonly traceparent: string | null;
}
export const taskColumns = "id, payload, digest, sender, state, attempt, lease_until, boot, block, accepted_at, last_receipt, traceparent";

export function toTaskRow(record: TaskRecord): TaskRow {
  return {
    id: record.id,
    payload: JSON.parse(record.payload) as TaskPayload,
    digest: record.digest,
    from: record.sender,
    state: record.state,
    attempt: record.attempt,
    ...(record.lease_until !== null && { leaseUntil: record.lease_until }),
    ...(record.boot !== null && { boot: record.boot }),
    ...(record.block !== null && { block: JSON.parse(record.block) as Block }),
    acceptedAt: record.accepted_at,
    lastReceipt: record.last_receipt,
    ...(record.traceparent !== null && { traceparent: record.traceparent }),
  };
}

export interface AttachmentRecord {
  readonly task: string;
  readonly direction: "in" | "out";
  readonly attempt: number;
  readonly name: string;
  readonly contract: string;
  readonly size: number;
  readonly sha256: string;
  readonly label: string | null;
}
export const attachmentColumns = "task, direction, attempt, name, contract, size, sha256, label";

export function toAttachmentRow({ label, ...record }: AttachmentRecord): AttachmentRow {
  return { ...record, ...(label !== null && { label }) };
}

/** A row of `outbox`, joined with its envelope. */
export interface OutboxRecord {
  readonly id: string;
  readonly receiver: string;
  readonly node: string | null;
  readonly run: string;
  readonly payload: string;
  readonly body: string;
  readonly carries: string | null;
  readonly state: OutboxState;
  readonly tries: number;
  readonly next_at: number;
  readonly last: string | null;
  readonly created_at: number;
}

export function toOutboxRow(record: OutboxRecord): OutboxRow {
  return {
    id: record.id,
    to: record.receiver,
    ...(record.node !== null && { node: record.node }),
    run: record.run,
    payload: JSON.parse(record.payload) as TaskPayload,
    envelope: toEnvelope(record),
    ...(record.carries !== null && { carries: record.carries }),
    state: record.state,
    tries: record.tries,
    nextAt: record.next_at,
    ...(record.last !== null && { last: record.last }),
    createdAt: record.created_at,
  };
}

export interface RunRecord {
  readonly id: string;
  readonly version: number;
  readonly epoch: number;
  readonly ended: number;
  readonly state: string;
  readonly created_at: number;
}

export function toRunRow({ id, version, epoch, ended, state, created_at }: RunRecord): RunRow {
  return { id, version, epoch, ended: ended === 1, state: JSON.parse(state) as unknown, createdAt: created_at };
}

/** A row of `envelope`. */
export function toEnvelope({ body }: { readonly body: string }): Envelope {
  return JSON.parse(body) as Envelope;
}
