import { z } from "zod";
import { ContractRef, FileName, Id, Name, Sha256 } from "../identifiers.ts";
import { Clocks, Profile } from "../artifacts/run.ts";

/** A file that a task names; its bytes are uploaded apart, and found by digest. */
export const Attachment = z.looseObject({
  name: FileName,
  contract: ContractRef,
  /** Bytes. */
  size: z.int().nonnegative(),
  sha256: Sha256,
  /** Text for people (a source's original path); never used as a path. At most 1 KiB. */
  label: z.string().max(1024).optional(),
});
export type Attachment = z.infer<typeof Attachment>;

export const TaskKind = z.enum(["run", "work", "nudge", "cancel", "close"]);
export type TaskKind = z.infer<typeof TaskKind>;

const attachments = z
  .array(Attachment)
  .max(2048)
  .refine((all) => new Set(all.map((one) => one.name)).size === all.length, "attachment names must differ");

/**
 * The payload of a task between nodes. Its digest is the SHA-256 of its bytes as sent; a resend is the same bytes.
 * `epoch` is the run's; `prev` the SHA-256 of the payload that this task follows from; `deadline` RFC 3339 UTC.
 */
export const TaskPayload = z.looseObject({
  v: z.literal(1),
  id: Id,
  kind: TaskKind,
  run: Id,
  /** The role that does the work; `main` for the last hop and for `run`. */
  stage: Name,
  epoch: z.int().nonnegative(),
  /** The sending node's role; for `run`, the principal as main knows it. */
  from: z.string().min(1).max(256),
  to: Name,
  attachments,
  deadline: z.iso.datetime().optional(),
  prev: Sha256.optional(),
  /** Why, for people: of a nudge, a cancel, a retry. */
  reason: z.string().max(1024).optional(),
  /** With `close`: the bundle's digest. */
  bundle: Sha256.optional(),
  /** With `run` only. */
  brief: z.string().min(1).max(65_536).optional(),
  profile: Profile.optional(),
  clocks: Clocks.partial().optional(),
});
export type TaskPayload = z.infer<typeof TaskPayload>;

/** What a script sends to start a run; main fills in the rest. `id` makes it idempotent, and becomes the run's id. */
export const RunRequest = z.looseObject({
  v: z.literal(1).default(1),
  id: Id.optional(),
  kind: z.literal("run"),
  /** Inline, or attached as `brief.md`; not both. */
  brief: z.string().min(1).max(65_536).optional(),
  attachments: attachments.default([]),
  profile: Profile.optional(),
  clocks: Clocks.partial().optional(),
  deadline: z.iso.datetime().optional(),
});
export type RunRequest = z.infer<typeof RunRequest>;
