import type { Unmet } from "./problem.ts";
import type { AnyRole } from "./define-role.ts";
import type { Pipeline } from "./define-pipeline.ts";

/** Wall time for records, monotonic time for limits; both milliseconds. Time is always an argument. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Monotonic milliseconds; only differences mean anything. */
  monotonic(): number;
}

/** The part of pino that a package may use. Ids go into the object, never into the text. */
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
  /** Identifies the attempt's processes: their environment has `TASUKI_ATTEMPT=<this>`. */
  readonly attemptId: string;
  /** Absolute path of the work folder. */
  readonly folder: string;
  readonly pipeline: Pipeline;
  readonly role: AnyRole;
  /** Limits of the attempt, milliseconds. */
  readonly startToClose: number;
  readonly heartbeat: number;
}

export interface ExecutorContext {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborted when the attempt is fenced, cancelled, or the node stops: end the work and resolve with `cancelled`. */
  readonly signal: AbortSignal;
  /** Call on any sign of work; the heartbeat clock starts again. */
  progress(note?: string): void;
}

/** How an attempt ended; the retry policy reads only this. */
export const outcomes = {
  succeeded: { good: true, retry: false },
  /** Succeeded after contract errors went back to the author. */
  repaired: { good: true, retry: false },
  "contract-violation": { good: false, retry: false },
  "no-output": { good: false, retry: true },
  "timed-out": { good: false, retry: true },
  stalled: { good: false, retry: true },
  /** The work ended with an error of its own: an exception, a non-zero exit. */
  failed: { good: false, retry: true },
  /** The command asked for a retry (exit 75, EX_TEMPFAIL). */
  deferred: { good: false, retry: true },
  "output-limit": { good: false, retry: false },
  cancelled: { good: false, retry: false },
  misconfigured: { good: false, retry: false },
} as const satisfies Record<string, { good: boolean; retry: boolean }>;
export type Outcome = keyof typeof outcomes;

/** A file in `out/`, complete, that kept its contract and the stage's check. */
export interface OutputFile {
  readonly name: string;
  /** `name@version`. */
  readonly contract: string;
  readonly sha256: string;
  readonly size: number;
}

export interface Execution {
  readonly outcome: Outcome;
  /** Who did the work: `embedded/1`, `app:ROLE`, `command:NAME`. */
  readonly producer: string;
  /** For people: what happened, where, what to do. */
  readonly detail?: string;
  readonly unmet?: readonly Unmet[];
  /** With a good outcome: exactly the role's outputs. */
  readonly files: readonly OutputFile[];
  /** The decision of the output that has one (`converged`, `rework`, `accepted`, `returned`). */
  readonly decision?: string;
}

/** Does a role's work, in processes of its own. Resolves with how it ended, never rejects for the work's own failure. */
export interface Executor {
  readonly name: string;
  execute(job: Job, context: ExecutorContext): Promise<Execution>;
  /** Ends processes of an earlier boot that carry this attempt id; resolves with how many there were. */
  sweep(attemptId: string): Promise<number>;
}

export interface ExtractedSource {
  readonly id: string;
  /** File in `out/`, or why there is none. */
  readonly text?: { readonly name: string; readonly sha256: string; readonly size: number };
  readonly mediaType: string;
  readonly extractor?: string;
  readonly unreadable?: string;
}

/** Turns raw sources (`in/S1.pdf`, …) into source texts (`out/S1.txt`, …), in a limited child process. Main only. */
export interface Extractor {
  extract(job: Pick<Job, "folder" | "attemptId">, context: ExecutorContext): Promise<readonly ExtractedSource[]>;
  /** Ends processes of an earlier boot that carry this attempt id, the checker's included; resolves with how many there were. */
  sweep(attemptId: string): Promise<number>;
}

/** Checks files in `in/` of a folder by their contracts and by the checks of the named stages, in a limited child process. Main only. */
export interface Checker {
  /** `producers`: who made each stage's outputs, by stage. An empty result means that everything holds. */
  check(
    job: Pick<Job, "folder" | "attemptId" | "pipeline"> & {
      readonly stages: readonly string[];
      readonly producers: Readonly<Record<string, string>>;
    },
    context: ExecutorContext,
  ): Promise<readonly Unmet[]>;
}
