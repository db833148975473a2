import { z } from "zod";
import { ContractRef, FileName, Id, Sha256 } from "../identifiers.ts";
import { Unmet } from "../problem.ts";
import { Envelope } from "./envelope.ts";
import { Attachment, TaskKind } from "./task.ts";

/** 202 to `POST /task`. */
export const TaskAnswer = z.looseObject({ task: Id, run: Id, receipt: Envelope });
export type TaskAnswer = z.infer<typeof TaskAnswer>;

/** 201 to `POST /upload`; 200 where the bytes were here already. */
export const UploadAnswer = z.looseObject({ sha256: Sha256, size: z.int().nonnegative(), contract: ContractRef });
export type UploadAnswer = z.infer<typeof UploadAnswer>;

/** One entry of a node's feed: `leaf` is a line of canonical JSON that holds digests only; `envelopes` is what it stands for. */
export const FeedEntry = z.looseObject({ index: z.int().nonnegative(), leaf: z.string(), envelopes: z.array(Envelope) });
export type FeedEntry = z.infer<typeof FeedEntry>;

export const TaskState = z.enum(["queued", "running", "produced", "done", "blocked", "fenced"]);
export type TaskState = z.infer<typeof TaskState>;

/** Why something does not go on, what it needs, who acts next, and the command or fact that clears it. */
export const Block = z.looseObject({
  reason: z.string(),
  needs: z.string(),
  owner: z.string(),
  clearsWith: z.string(),
  unmet: z.array(Unmet).optional(),
});
export type Block = z.infer<typeof Block>;

export const TaskStatus = z.looseObject({
  id: Id,
  kind: TaskKind,
  run: Id,
  stage: z.string(),
  epoch: z.int().nonnegative(),
  attempt: z.int().nonnegative(),
  state: TaskState,
  from: z.string(),
  /** Position in the queue from 1, while it waits. */
  position: z.int().positive().optional(),
  block: Block.optional(),
  /** The hand-off that waits in the outbox: to whom, tries so far, the last answer. */
  outbox: z.array(z.looseObject({ to: z.string(), state: z.string(), tries: z.int(), last: z.string().optional() })).optional(),
});
export type TaskStatus = z.infer<typeof TaskStatus>;

export const Rung = z.enum(["waiting", "dispatched", "accepted", "started", "produced", "handed-off", "verified"]);
export type Rung = z.infer<typeof Rung>;

export const Condition = z.enum(["waiting", "running", "unreachable", "blocked", "fenced"]);
export type Condition = z.infer<typeof Condition>;

export const StageStatus = z.looseObject({
  stage: z.string(),
  epoch: z.int().nonnegative(),
  /** The highest rung that is proven by a signature. */
  rung: Rung,
  /** The next rung, and whose signature proves it; absent when `verified`. */
  awaits: z.looseObject({ rung: Rung, from: z.string() }).optional(),
  condition: Condition,
  block: Block.optional(),
  attempt: z.int().nonnegative(),
  producer: z.string().optional(),
  /** RFC 3339, by rung, as the signing node claims it. */
  times: z.record(z.string(), z.iso.datetime()),
  outputs: z.array(Attachment),
});
export type StageStatus = z.infer<typeof StageStatus>;

export const RunState = z.enum(["open", "closing", "closed", "failed", "cancelled"]);
export type RunState = z.infer<typeof RunState>;

export const RunStatus = z.looseObject({
  id: Id,
  state: RunState,
  epoch: z.int().nonnegative(),
  profile: z.string(),
  brief: z.string(),
  createdAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  /** Where intake, before the first dispatch, is blocked. */
  block: Block.optional(),
  stages: z.array(StageStatus),
  sources: z.array(z.looseObject({ name: FileName, label: z.string(), unreadable: z.string().optional() })),
  /** The nodes whose `archived` is awaited, while closing. */
  awaits: z.array(z.string()),
  bundle: Sha256.optional(),
});
export type RunStatus = z.infer<typeof RunStatus>;

export const ArtifactText = z.looseObject({
  name: FileName,
  contract: ContractRef,
  sha256: Sha256,
  size: z.int().nonnegative(),
  task: Id,
  direction: z.enum(["in", "out"]),
  text: z.string(),
});
export type ArtifactText = z.infer<typeof ArtifactText>;

/** A file put into `inbox/` or `artifacts/` by hand: it has no effect, and this says which command does it properly. */
export const Shortcut = z.looseObject({ path: z.string(), why: z.string(), instead: z.string() });
export type Shortcut = z.infer<typeof Shortcut>;

/** What an attempt wrote that had lost its task to a later attempt or epoch: kept to be looked at, in that folder, and never used. */
export const Quarantined = z.looseObject({
  path: z.string(),
  run: z.string(),
  stage: z.string(),
  epoch: z.int().nonnegative(),
  attempt: z.int().nonnegative(),
});
export type Quarantined = z.infer<typeof Quarantined>;

/** A number, also as a query says it: in digits, and nothing else. `z.coerce` reads 0 out of an empty text, and 1 out of `true`. */
function inDigits<Schema extends z.ZodNumber>(schema: Schema) {
  return z.preprocess((value) => (typeof value === "string" && /^[0-9]{1,16}$/.test(value) ? Number(value) : value), schema);
}

export const StatusQuery = z.looseObject({
  run: Id.optional(),
  task: Id.optional(),
  /** First entry of the feed wanted (inclusive, from 0). */
  from: inDigits(z.int().nonnegative()).optional(),
  limit: inDigits(z.int().min(1).max(1000)).optional(),
  include: z.enum(["artifacts"]).optional(),
  /** With `include=artifacts`: only files of this name. */
  name: z.string().max(256).optional(),
  /** With `include=artifacts`: `next` of the page before. */
  after: z.string().max(256).optional(),
});
export type StatusQuery = z.infer<typeof StatusQuery>;

export const Status = z.looseObject({
  node: z.string(),
  role: z.string(),
  instance: Id,
  /** Entries in the feed. */
  size: z.int().nonnegative(),
  queue: z.looseObject({ waiting: z.int(), running: z.int(), limit: z.int() }),
  shortcuts: z.array(Shortcut),
  quarantined: z.array(Quarantined).optional(),
  run: RunStatus.optional(),
  tasks: z.array(TaskStatus),
  entries: z.array(FeedEntry).optional(),
  artifacts: z.array(ArtifactText).optional(),
  /** With `include=artifacts`: what to pass as `after` for the next page; absent on the last. */
  next: z.string().optional(),
});
export type Status = z.infer<typeof Status>;

export const Health = z.looseObject({
  node: z.string(),
  role: z.string(),
  instance: Id,
  version: z.string(),
  /** Versions read and written, by contract. */
  contracts: z.looseObject({
    reads: z.record(z.string(), z.array(z.int().positive())),
    writes: z.record(z.string(), z.array(z.int().positive())),
    /** SHA-256 of each contract's schema, by `name@version`. Two nodes that differ under one version have different ideas of it. */
    digests: z.record(ContractRef, Sha256).optional(),
  }),
  /** RFC 3339 UTC, the node's clock. */
  clock: z.iso.datetime(),
  store: z.looseObject({ state: z.enum(["ok", "failing"]), feed: z.int().nonnegative() }),
  identity: z.looseObject({ provider: z.string(), state: z.enum(["ok", "failing"]) }),
  /**
   * The policy file of this node: its SHA-256, whether it grants what this program's pipeline asks for, and the callers to whom the network
   * grants other things. `unheardSince`: when the network last heard what is granted, if it does not now; no revocation arrives meanwhile.
   */
  policy: z
    .looseObject({ sha256: Sha256, current: z.boolean(), drift: z.array(z.string()), unheardSince: z.iso.datetime().optional() })
    .optional(),
  executor: z.string().optional(),
});
export type Health = z.infer<typeof Health>;

export const WatchQuery = z.looseObject({
  from: z.int().nonnegative().default(0),
  lastEventId: inDigits(z.int().nonnegative()).optional(),
});
export type WatchQuery = z.infer<typeof WatchQuery>;
