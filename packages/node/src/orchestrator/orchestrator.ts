import type { Health, RunStatus } from "@tasuki/protocol";
import type { Verb } from "@tasuki/flow";
import type { ClockSkew } from "../status/clock-skews.ts";

/** Node of the roster, as main knows it. */
export interface NodeView {
  readonly node: string;
  readonly role: string;
  readonly url: string;
  readonly reachable: boolean;
  /** Problem for which main doesn't follow the node, though it answers. */
  readonly problem?: string;
  /** Last `/health` of the node. */
  readonly health?: Health;
  /** Time at which it came, milliseconds since 1970. */
  readonly seenAt?: number;
  /** Skew of its clock, as its last answer told it. */
  readonly skew?: ClockSkew;
}

/** Relay of main, as far as people who start runs need to know it. */
export interface RelayView {
  /** Profiles that a run may be asked to keep: a sentence for people, by name. A run that names none has the first. */
  readonly profiles: Readonly<Record<string, string>>;
  /** Name of the view that explains a brief. */
  readonly explain?: string | undefined;
}

/** Answer of a node to a nudge: the description of its part of the run, or why there is none. */
export interface NudgeAnswer {
  readonly role: string;
  /** Name of the node. */
  readonly node: string;
  readonly says?: string | undefined;
  readonly problem?: string | undefined;
}

/** Orchestrator: the operations that only main has. Rejections are `TasukiError`: `not_found`, `invalid_state`. */
export interface Orchestrator {
  /** Lists a page of the runs, newest first: those after the run `after`, if it is named. */
  runs(filter?: { open?: boolean; limit?: number; after?: string }): Promise<readonly RunStatus[]>;
  run(id: string): Promise<RunStatus | undefined>;
  relay(): RelayView;
  /** Watches a run: its status now, then after every change, until it has ended or the signal. */
  watch(run: string, signal: AbortSignal): AsyncIterable<RunStatus>;
  /** Nudges the nodes that hold what is awaited of a run: they look again now (pending hand-offs, lapsed leases), and describe their part. */
  nudge(request: { run: string; stage?: string; by: string; reason?: string }): Promise<readonly NudgeAnswer[]>;
  /**
   * Does what a person decides about a run, and resolves with the run as it is then. A `retry` dispatches a stage again at a new epoch (or resumes a
   * blocked intake), a given node in place of the one that it stands on, with a note to its author; an `answer` does so with the answer to the
   * question that it is blocked with; a `cancel` ends the run, and every node that took part fences it. Who and why are recorded.
   */
  decide(request: { run: string; verb: Verb }): Promise<RunStatus>;
  /** Plan of what `decide` would do now, in lines for people; it is refused as that is, and changes nothing. */
  plan(request: { run: string; verb: Verb }): Promise<readonly string[]>;
  nodes(): Promise<readonly NodeView[]>;
  /**
   * Answer of one of the relay's views of files, as plain JSON; one at a time, in the order in which they are asked for. A file without a name
   * is the brief. Rejects with `not_found`, which names the views that there are, `contract_violation` and `too_large`.
   */
  view(
    request: { view: string; files: readonly { readonly name?: string | undefined; readonly text: string }[] },
    signal: AbortSignal,
  ): Promise<unknown>;
}
