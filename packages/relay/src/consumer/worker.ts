import type { Outcome, Unmet } from "@tasuki/contracts";
import type { Claimed, Completion, Seal } from "@tasuki/store";

/** One attempt, as the consumer gives it to whoever does the work. */
export interface Attempt {
  /** `TASUKI_ATTEMPT` of the attempt's processes. */
  readonly attemptId: string;
  /** The attempt's work folder: `in/` has copies of the inputs, `out/` is empty. */
  readonly folder: string;
  /** Aborted when the lease is lost, the task is fenced, or the node stops. */
  readonly signal: AbortSignal;
  /** Any sign of work; the heartbeat clock starts again. */
  progress(note?: string): void;
}

/** Why an attempt came to nothing; the consumer decides whether there is another. */
export interface Failure {
  readonly outcome: Outcome;
  /** For people: what happened, where, what to do. */
  readonly detail: string;
  /** Another attempt could come to nothing else, whatever the outcome. */
  readonly final?: boolean;
  readonly unmet?: readonly Unmet[];
}

export type Performed = { readonly completion: Completion; readonly seal?: Seal } | { readonly failure: Failure };

/** Does what a claimed task asks for: a role's stage, or on main intake and the closing checks. A rejection counts as a failed attempt. */
export interface Worker {
  perform(claimed: Claimed, attempt: Attempt): Promise<Performed>;
}
