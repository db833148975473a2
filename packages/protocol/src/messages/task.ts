import { z } from "zod";
import { AskedClocks, Clocks } from "./clocks.ts";
import { Envelope } from "./envelope.ts";
import { ContractRef, FileName, Id, Name, Sha256 } from "./identifiers.ts";

/** A file that a task names; its bytes are uploaded apart, and found by digest. */
export const Attachment = z.looseObject({
  name: FileName,
  contract: ContractRef,
  /** Size in bytes. */
  size: z.int().nonnegative(),
  sha256: Sha256,
  /** Label for people (a source's original path), at most 1,024 characters; never used as a path. */
  label: z.string().max(1024).optional(),
});
export type Attachment = z.infer<typeof Attachment>;

export const TaskKind = z.enum(["run", "work", "nudge", "cancel", "close"]);
export type TaskKind = z.infer<typeof TaskKind>;

/** Rounds that a run may ask for. */
const mostRounds = 16;

/** Retries of one stage that a run may ask for. */
const mostRetries = 16;

/** Attachments of a task. */
export const mostAttachments = 2_048;

const attachments = z
  .array(Attachment)
  .max(mostAttachments)
  .refine((all) => new Set(all.map((one) => one.name)).size === all.length, "attachment names must differ");

/**
 * Payload of a task between nodes. Its digest is the SHA-256 of its bytes as sent; a resend is the same bytes.
 * `epoch` is the run's; `prev` the SHA-256 of the payload that this task follows from; `deadline` RFC 3339 UTC.
 */
export const TaskPayload = z.looseObject({
  v: z.literal(1),
  id: Id,
  kind: TaskKind,
  run: Id,
  /** Role that does the work; `main` for the last hop and for `run`. */
  stage: Name,
  epoch: z.int().nonnegative(),
  /** Role of the sending node; for `run`, the principal as main knows it. */
  from: z.string().min(1).max(256),
  /** Name of the sending node, whose key has signed. Absent in tasks of the first releases, where a role has one node. */
  fromNode: Name.optional(),
  /** Role of the receiving node. */
  to: Name,
  /** Nodes that the run is placed on, by role: set by main, copied by hand-offs. Absent in tasks of the first releases. */
  nodes: z.record(Name, Name).optional(),
  /** Main's signed `Grant` of the run at this epoch, with `work`: made by main, copied by hand-offs. Earlier releases have none. */
  grant: Envelope.optional(),
  attachments,
  deadline: z.iso.datetime().optional(),
  prev: Sha256.optional(),
  /** Reason of a nudge, a cancel or a retry, for people. */
  reason: z.string().max(1024).optional(),
  /** SHA-256 of the bundle, with `close`. */
  bundle: Sha256.optional(),
  /** Brief, inline. It, `profile`, `clocks`, `rounds`, `retries` and `fails` stand in a `run` only. */
  brief: z.string().min(1).max(65_536).optional(),
  profile: Name.optional(),
  clocks: Clocks.partial().optional(),
  rounds: z.int().min(0).max(mostRounds).optional(),
  retries: z.int().min(0).max(mostRetries).optional(),
  fails: z.boolean().optional(),
});
export type TaskPayload = z.infer<typeof TaskPayload>;

/** Request of a script to start a run; main fills in the rest. `id` makes it idempotent, and becomes the run's id. */
export const RunRequest = z.looseObject({
  v: z.literal(1).default(1),
  id: Id.optional(),
  kind: z.literal("run"),
  /** Brief, inline. A run has one, inline or attached, not both. */
  brief: z.string().min(1).max(65_536).optional(),
  attachments: attachments.default([]),
  profile: Name.optional(),
  clocks: AskedClocks.optional(),
  /** Most times that a role's decision sends work back by itself; 2 by default, then a person decides. */
  rounds: z.int().min(0).max(mostRounds).optional(),
  /** Most times that main retries one stage by itself, once all attempts at it are over; 0 by default, then a person decides. */
  retries: z.int().min(0).max(mostRetries).optional(),
  /** True for a run that is to end as failed where it would wait for a person. */
  fails: z.boolean().optional(),
  deadline: z.iso.datetime().optional(),
});
export type RunRequest = z.infer<typeof RunRequest>;

/** Request of a script about a run that main has: a nudge, or a cancel. Main fills in the rest. `id` makes it idempotent. */
export const SteerRequest = z.looseObject({
  v: z.literal(1).default(1),
  id: Id.optional(),
  kind: z.enum(["nudge", "cancel"]),
  run: Id,
  /** Reason for people, which is recorded. */
  reason: z.string().min(1).max(1024).optional(),
});
export type SteerRequest = z.infer<typeof SteerRequest>;
