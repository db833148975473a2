import type { Outcome, Unmet } from "@tasuki/protocol";
import type { Claimed, Completion, TaskRow } from "@tasuki/store";
import type { Seal } from "@tasuki/evidence";

/** Attempt, as the consumer gives it to a worker. */
export interface Attempt {
  /** Id of the attempt, which its processes have in their environment as `TASUKI_ATTEMPT`. */
  readonly attemptId: string;
  /** Work folder of the attempt: `in/` has copies of the inputs, `out/` is empty. */
  readonly folder: string;
  /** Aborted when the lease is lost, the task is fenced, or the node stops. */
  readonly signal: AbortSignal;
  /** Called on any sign of work; the heartbeat clock starts again. */
  progress(note?: string): void;
}

/** Failure of an attempt; the consumer decides by it whether there is another attempt. */
export interface Failure {
  readonly outcome: Outcome;
  /** Text for people: what happened, where, what to do. */
  readonly detail: string;
  /** True where another attempt would fail in the same way, whatever the outcome. */
  readonly final?: boolean;
  readonly unmet?: readonly Unmet[];
}

/** Result of an attempt. Its seal is made of the task's row as it is at the commit: another receipt may have come since the claim. */
export type Performed = { readonly completion: Completion; readonly seal?: (row: TaskRow) => Seal } | { readonly failure: Failure };

/** Worker of a node: does a role's stage, or on main the intake and the last hop. A rejection counts as a failed attempt. */
export interface Worker {
  perform(claimed: Claimed, attempt: Attempt): Promise<Performed>;
}
