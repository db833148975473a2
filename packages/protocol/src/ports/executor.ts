import type { Direction, OutputFile } from "../kit/describe-outputs.ts";
import type { Unmet } from "../messages/problem.ts";
import type { AnyRole } from "../kit/define-role.ts";
import type { Pipeline } from "../kit/define-pipeline.ts";
import type { SourceBlock } from "../run/run.ts";
import type { Note } from "../run/notes.ts";

/** Clock with wall time for records and monotonic time for limits, both in milliseconds. Time is always an argument. */
export interface Clock {
  /** Wall time: milliseconds since 1970, UTC. */
  now(): number;
  /** Monotonic time, milliseconds. Only differences mean anything. */
  monotonic(): number;
}

/** Logger: the part of pino that a package may use. Ids go into `fields`, never into the text. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * One attempt at a stage. `folder` holds `task.json`, `brief.md`, `in/` (copies, read-only) and `out/` (empty);
 * the executor writes the role's files, complete or as drafts, to `out/`, and may write `out/result.json`.
 */
export interface Job {
  readonly task: string;
  readonly run: string;
  readonly epoch: number;
  readonly attempt: number;
  /** Identifies the attempt's processes: the environment of a program that is started for it has `TASUKI_ATTEMPT=<this>`. */
  readonly attemptId: string;
  /** Absolute path of the work folder. */
  readonly folder: string;
  readonly pipeline: Pipeline;
  readonly role: AnyRole;
  /** Notes to the author that came with the task, which stand in `in/notes.md` too. */
  readonly notes?: readonly Note[];
  /** Limits of the attempt, milliseconds. */
  readonly startToClose: number;
  readonly heartbeat: number;
}

export interface ExecutorContext {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Signal that is aborted when the attempt is fenced or cancelled, or the node stops. The work then ends, and resolves with `cancelled`. */
  readonly signal: AbortSignal;
  /** Starts the heartbeat clock again. Called on any sign of work. */
  progress(note?: string): void;
}

/**
 * Outcomes of an attempt, with the number of attempts of one task after which that outcome is the last: the retry policy reads nothing else. What
 * would come out the same is not repeated, and what may have cost an hour or a model's price seldom.
 */
export const outcomes = {
  succeeded: { good: true, attempts: 1 },
  /** Success after faults went back to the author. */
  repaired: { good: true, attempts: 1 },
  /** Files that break a contract or the stage's check. A command has had them back twice by then. */
  "contract-violation": { good: false, attempts: 1 },
  /** No file at all. A command has been told so twice by then. */
  "no-output": { good: false, attempts: 1 },
  /** Question of the author's, which is the execution's `detail`. */
  "needs-human": { good: false, attempts: 1 },
  "timed-out": { good: false, attempts: 2 },
  stalled: { good: false, attempts: 2 },
  /** Error of the work itself: an exception, a non-zero exit. */
  failed: { good: false, attempts: 3 },
  /** Request of the command for a retry (exit 75, EX_TEMPFAIL). */
  deferred: { good: false, attempts: 5 },
  "output-limit": { good: false, attempts: 1 },
  cancelled: { good: false, attempts: 1 },
  misconfigured: { good: false, attempts: 1 },
} as const satisfies Record<string, { good: boolean; attempts: number }>;
export type Outcome = keyof typeof outcomes;

export interface Execution {
  readonly outcome: Outcome;
  /** Producer of the outputs: `app:ROLE`, `command:NAME`, or an app's own name for its work. */
  readonly producer: string;
  /** Detail for people: what happened, where, what to do. */
  readonly detail?: string;
  readonly unmet?: readonly Unmet[];
  /** Outputs of the role, exactly, where the outcome is good. */
  readonly files: readonly OutputFile[];
  /** Word of the output that decides, and the direction that it sends the work in. */
  readonly decision?: string;
  readonly direction?: Direction;
}

/** A life of a node's process, and what its children load. */
export interface NodeLife {
  /** Identifies the node's data folder. */
  readonly node: string;
  /** Identifies this life; each start of the node is another one. */
  readonly boot: string;
  /** Absolute path of the folder that has all work folders. */
  readonly work: string;
  readonly pipeline: Pipeline;
}

/** Keeper of child processes that are ready for the next job. */
export interface KeepsChildren {
  /** Begins a life of the node: ends the children that earlier ones have left, resolves with how many there were, and keeps some ready from now on. */
  begin?(life: NodeLife): Promise<number>;
  /** Ends the children that wait for a job. */
  end?(): Promise<void>;
}

/** Executor of a role's work, in processes of its own. `execute` resolves with the outcome, and never rejects for the work's own failure. */
export interface Executor extends KeepsChildren {
  readonly name: string;
  execute(job: Job, context: ExecutorContext): Promise<Execution>;
  /** Ends processes of an earlier boot that carry this attempt id; resolves with how many there were. */
  sweep(attemptId: string): Promise<number>;
  /** Sentence for the node's log on how a process could outlive its attempt on this machine; resolves with undefined where none can. */
  describeEscape?(): Promise<string | undefined>;
}

export interface ExtractedSource {
  readonly id: string;
  /** File in `out/`. Where there is none, `unreadable` says why. */
  readonly text?: { readonly name: string; readonly sha256: string; readonly size: number };
  readonly mediaType: string;
  readonly extractor?: string;
  readonly unreadable?: string;
  /** As in `RunSource`. */
  readonly blocks?: SourceBlock[] | undefined;
  readonly dropped?: string[] | undefined;
  readonly guessed?: string[] | undefined;
}

/** Turns raw sources (`in/S1.pdf`, …) into files of the pipeline's `intake.sources` (`out/S1.txt`, …), in a limited child process. Main only. */
export interface Extractor extends KeepsChildren {
  extract(job: Pick<Job, "folder" | "attemptId" | "pipeline">, context: ExecutorContext): Promise<readonly ExtractedSource[]>;
  /** Ends processes of an earlier boot that carry this attempt id, the checker's included; resolves with how many there were. */
  sweep(attemptId: string): Promise<number>;
  describeEscape?: Executor["describeEscape"];
}

/** Reads files in `in/` of a folder, which others made, in a limited child process: to judge them, or to answer a view of them. Main only. */
export interface Checker extends KeepsChildren {
  /**
   * Everything in the files that doesn't hold by their contracts and by the checks of the named stages; empty where all of it holds.
   * `producers`: who made each stage's outputs, by stage; `decisions`: what the receipts over them say was decided.
   */
  check(
    job: Pick<Job, "folder" | "attemptId" | "pipeline"> & {
      readonly stages: readonly string[];
      readonly producers: Readonly<Record<string, string>>;
      readonly decisions: Readonly<Record<string, string>>;
    },
    context: ExecutorContext,
  ): Promise<readonly Unmet[]>;
  /**
   * Answer of one of the pipeline's views of the files: plain JSON, at most 1 MiB. Rejects with `not_found` where the pipeline has no such
   * view, `contract_violation` where a file breaks its contract, `too_large` where the answer is.
   */
  view(job: Pick<Job, "folder" | "attemptId" | "pipeline"> & { readonly view: string }, context: ExecutorContext): Promise<unknown>;
}
