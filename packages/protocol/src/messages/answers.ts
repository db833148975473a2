import { z } from "zod";
import { Block } from "./block.ts";
import { Envelope } from "./envelope.ts";
import { ContractRef, FileName, Id, Sha256 } from "./identifiers.ts";
import { said, sentence, word } from "./said.ts";
import { SaltedText } from "./salted-text.ts";
import { Attachment, TaskKind } from "./task.ts";

// Answers are read by their known fields alone. Keys of a later release are dropped and not refused; texts for people are clipped: what a node
// says about itself must not fill another one.

/** Answer to `POST /task`, with status 202. `texts` has the text that the receipt names, unless it has none, or it is gone. */
export const TaskAnswer = z.object({ task: Id, run: Id, receipt: Envelope, texts: z.array(SaltedText).max(16).optional() });
export type TaskAnswer = z.infer<typeof TaskAnswer>;

/** Answer to `POST /upload`, with status 201; with 200 where the bytes were here already. */
export const UploadAnswer = z.object({ sha256: Sha256, size: z.int().nonnegative(), contract: ContractRef });
export type UploadAnswer = z.infer<typeof UploadAnswer>;

/**
 * Entry of a node's feed. `leaf` is a line of canonical JSON: facts of at most 1,024 characters each, the digests of the messages in `envelopes`,
 * and the salted ones of the `texts`. A text that the leaf names and that is not here is gone. A node writes three envelopes at most (a receipt, what
 * it answers, what it hands on).
 */
export const FeedEntry = z.object({
  index: z.int().nonnegative(),
  leaf: z.string().max(16_384),
  envelopes: z.array(Envelope).max(16),
  texts: z.array(SaltedText).max(16).optional(),
});
export type FeedEntry = z.infer<typeof FeedEntry>;

export const TaskState = z.enum(["queued", "running", "produced", "done", "blocked", "fenced"]);
export type TaskState = z.infer<typeof TaskState>;

export const TaskStatus = z.object({
  id: Id,
  kind: TaskKind,
  run: Id,
  stage: word(),
  epoch: z.int().nonnegative(),
  attempt: z.int().nonnegative(),
  state: TaskState,
  from: word(),
  /** Position in the queue from 1, while the task waits. */
  position: z.int().positive().optional(),
  block: Block.optional(),
  /** Hand-offs in the outbox: receiver, tries so far, the last answer. */
  outbox: z.array(z.object({ to: word(), state: word(), tries: z.int(), last: sentence().optional() })).optional(),
});
export type TaskStatus = z.infer<typeof TaskStatus>;

export const Rung = z.enum(["waiting", "dispatched", "accepted", "started", "produced", "handed-off", "verified"]);
export type Rung = z.infer<typeof Rung>;

export const Condition = z.enum(["waiting", "running", "unreachable", "blocked", "fenced"]);
export type Condition = z.infer<typeof Condition>;

/** Failure of an attempt while further ones are to come, in the words of its node, which nobody signs. */
export const AttemptFailure = z.object({
  attempt: z.int().nonnegative(),
  /** Number of attempts in all; nodes of earlier releases do not say it. */
  attempts: z.int().positive().optional(),
  outcome: word(),
  reason: sentence(),
  /** Times, RFC 3339, by the clock of the node: when it failed, and when the next attempt may begin. */
  at: z.iso.datetime(),
  next: z.iso.datetime().optional(),
});
export type AttemptFailure = z.infer<typeof AttemptFailure>;

/**
 * Evidence of the work of a stage whose attempt has begun. `live`: its node answers main, and has not said that the attempt is over. `unverifiable`:
 * its node does not answer, which says nothing of the work. `exited`: its node has said that the attempt is over.
 */
export const WorkEvidence = z.enum(["live", "unverifiable", "exited"]);
export type WorkEvidence = z.infer<typeof WorkEvidence>;

export const StageStatus = z.object({
  stage: word(),
  /** Name of the node that the stage stands on; absent until main has placed it. */
  node: word().optional(),
  epoch: z.int().nonnegative(),
  /** Highest rung that is proven by a signature. */
  rung: Rung,
  /** Next rung, and the node whose signature proves it; absent when `verified`. */
  awaits: z.object({ rung: Rung, from: word() }).optional(),
  condition: Condition,
  block: Block.optional(),
  attempt: z.int().nonnegative(),
  /** Absent where no attempt is under way, and in answers of earlier releases; a word of a later one is dropped. */
  work: WorkEvidence.optional().catch(undefined),
  failure: AttemptFailure.optional(),
  /** Time of the last sign of work of an attempt that has long given none, RFC 3339. Nothing is ended for it. */
  silentSince: z.iso.datetime().optional(),
  /** Milliseconds by which the clock of its node is ahead of main's (negative: behind), where that is suspect: `times` are off by as much. */
  clockSkew: z.int().optional(),
  producer: word().optional(),
  /** Times by rung, RFC 3339, as the signing nodes claim them. */
  times: z.record(z.string(), z.iso.datetime()),
  outputs: z.array(Attachment),
});
export type StageStatus = z.infer<typeof StageStatus>;

/** Round of a run whose work was sent back: by which stage's decision, to which stage, what it asks for, and the files that its stages had made. */
export const RoundStatus = z.object({
  by: word(),
  to: word(),
  decision: word(),
  requests: z.array(sentence()).optional(),
  stages: z.array(z.object({ stage: word(), epoch: z.int().nonnegative(), outputs: z.array(Attachment), receipts: z.array(Sha256) })),
});
export type RoundStatus = z.infer<typeof RoundStatus>;

export const RunState = z.enum(["open", "closing", "closed", "failed", "cancelling", "cancelled"]);
export type RunState = z.infer<typeof RunState>;

/** End of a run, or `needs-human` where it does not go on without a person. */
export const RunConclusion = z.enum(["closed", "failed", "cancelled", "needs-human"]);
export type RunConclusion = z.infer<typeof RunConclusion>;

export const RunStatus = z.object({
  id: Id,
  state: RunState,
  /** Absent while the run goes on by itself; mains of earlier releases never say it, and a word of a later one is dropped: `conclusionOf` reads it. */
  conclusion: RunConclusion.optional().catch(undefined),
  epoch: z.int().nonnegative(),
  profile: word(),
  brief: said(65_536),
  createdAt: z.iso.datetime(),
  endedAt: z.iso.datetime().optional(),
  /** Time by which the run is wanted, RFC 3339, where somebody asked for one. */
  deadline: z.iso.datetime().optional(),
  /** Block of the run itself, not of one of its stages: of its intake, its deadline, its closing check, or of a role that refuses to archive it. */
  block: Block.optional(),
  /** Failure of the last attempt to take the run in. */
  failure: AttemptFailure.optional(),
  stages: z.array(StageStatus),
  /** Rounds whose work was sent back, oldest first; the stages above are those of the present one. */
  rounds: z.array(RoundStatus).optional(),
  /** Most times that work is sent back by itself; then a person decides. */
  mostRounds: z.int().nonnegative().optional(),
  sources: z.array(z.object({ name: FileName, label: sentence(), unreadable: sentence().optional() })),
  /** Nodes whose `archived` is awaited, while the run is closing. */
  awaits: z.array(word()),
  /** Those of them that do not answer main. */
  unreachable: z.array(word()).optional(),
  bundle: Sha256.optional(),
  /** Nodes that the run is closed without, each with who has said so and why: they have not signed its archive. */
  without: z
    .array(z.object({ node: word(), by: word(), why: sentence().optional() }))
    .max(64)
    .optional(),
  /** Principal who has paused the run, when (RFC 3339) and why: nothing of it begins until somebody resumes it. */
  paused: z.object({ by: word(), at: z.iso.datetime(), reason: sentence().optional() }).optional(),
  /** Stage (`main`: the run itself) that would have waited for a person, and why, in a run that was asked to fail then. */
  failed: z.object({ stage: word(), reason: sentence() }).optional(),
  /** Principal who has cancelled the run, and why; main of an earlier release has kept neither. */
  cancelled: z.object({ by: word(), reason: sentence().optional() }).optional(),
});
export type RunStatus = z.infer<typeof RunStatus>;

export const ArtifactText = z.object({
  name: FileName,
  contract: ContractRef,
  sha256: Sha256,
  size: z.int().nonnegative(),
  task: Id,
  direction: z.enum(["in", "out"]),
  text: z.string(),
});
export type ArtifactText = z.infer<typeof ArtifactText>;

/** File that was put into `inbox/` or `artifacts/` by hand. It has no effect; `instead` is the command that does it properly. */
export const ForeignFile = z.object({ path: sentence(), why: sentence(), instead: sentence() });
export type ForeignFile = z.infer<typeof ForeignFile>;

/** Folder with the files of an attempt that had lost its task to a later attempt or epoch. They are kept to be looked at, and never used. */
export const Quarantined = z.object({
  path: sentence(),
  run: word(),
  stage: word(),
  epoch: z.int().nonnegative(),
  attempt: z.int().nonnegative(),
});
export type Quarantined = z.infer<typeof Quarantined>;

export const Status = z.object({
  node: word(),
  role: word(),
  instance: Id,
  /** Number of entries in the feed. */
  size: z.int().nonnegative(),
  queue: z.object({ waiting: z.int(), running: z.int(), limit: z.int() }),
  shortcuts: z.array(ForeignFile),
  quarantined: z.array(Quarantined).optional(),
  run: RunStatus.optional(),
  tasks: z.array(TaskStatus),
  entries: z.array(FeedEntry).optional(),
  artifacts: z.array(ArtifactText).optional(),
  /** Value to pass as `after` for the next page, with `include=artifacts`; absent on the last page. */
  next: word().optional(),
});
export type Status = z.infer<typeof Status>;

export const Health = z.object({
  node: word(),
  role: word(),
  instance: Id,
  version: word(),
  /** Versions read and written, by contract. */
  contracts: z.object({
    reads: z.record(z.string(), z.array(z.int().positive())),
    writes: z.record(z.string(), z.array(z.int().positive())),
    /** SHA-256 of each contract's schema, by `name@version`. Two nodes that differ under one version have different ideas of it. */
    digests: z.record(ContractRef, Sha256).optional(),
  }),
  /** Time by the node's clock, RFC 3339 UTC. */
  clock: z.iso.datetime(),
  store: z.object({ state: z.enum(["ok", "failing"]), feed: z.int().nonnegative() }),
  identity: z.object({ provider: word(), state: z.enum(["ok", "failing"]) }),
  /**
   * The policy file of this node: its SHA-256, whether it grants what this program's pipeline asks for, and the callers to whom the network
   * grants other things. `unheardSince`: when the network last heard what is granted, if it does not now; no revocation arrives meanwhile.
   */
  policy: z
    .looseObject({ sha256: Sha256, current: z.boolean(), drift: z.array(sentence()), unheardSince: z.iso.datetime().optional() })
    .optional(),
  executor: word().optional(),
  /** Clocks of the nodes that this one calls: milliseconds that each is ahead of its own, and whether that is beyond its bound. */
  skews: z.record(z.string().max(256), z.object({ ms: z.int(), suspect: z.boolean() })).optional(),
  /** Abilities that nodes of earlier releases lack. `nodes`: it hands on to the node that the task names for a role. */
  features: z.array(word()).optional(),
});
export type Health = z.infer<typeof Health>;
