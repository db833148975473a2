import type { Clock, Executor, Checker, Extractor, Health, Logger, Pipeline, RunStatus } from "@tasuki/contracts";
import type { RequestListener } from "node:http";
import type { Store } from "@tasuki/store";
import type { BusHandlers } from "../bus/bus-handlers.ts";
import type { Caller } from "../identity/identity.ts";
import type { Reach } from "./failpoint.ts";
import type { NodeConfig } from "./node-config.ts";

/** Everything a node is composed of. Main needs `extractor` and `checker`; every other role `executor`. */
export interface NodeOptions {
  /** `main`, or a role of the pipeline. */
  readonly role: string;
  readonly pipeline: Pipeline;
  /** The data folder. */
  readonly data: string;
  readonly config: NodeConfig;
  /** The policy file (`infra/tailnet/policy.hujson`), as text. */
  readonly policy: string;
  readonly executor?: Executor;
  readonly extractor?: Extractor;
  readonly checker?: Checker;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly logger: Logger;
  /** The program's version, for /health. */
  readonly version: string;
  /** Told of the boundaries that the node's work reaches; absent but in tests of crashes. */
  readonly reach?: Reach;
  /** Ends a start that waits for the tailnet. */
  readonly signal?: AbortSignal;
}

/** One node, listening. Disposing stops it in order: subscriptions, listeners, consumer, store. */
export interface RunningNode extends AsyncDisposable {
  readonly role: string;
  readonly node: string;
  /** Base URL of the bus, now: an address in a tailnet may change. */
  readonly url: string;
  readonly store: Store;
  readonly handlers: BusHandlers;
  /** The principal of this machine's own scripts and operator: every permission that the policy gives the operators on this role. */
  readonly local: Caller;
  /** The whole bus (four verbs, both spellings, uploads) as `local` sees it: what `bus.sock` serves, and the operator API mounts. */
  readonly localBus: RequestListener;
  /** Main only. */
  readonly orchestrator?: Orchestrator;
  /** Rejects when the node can't go on (a failed fsync, a lost listener): exit and start again. */
  readonly failed: Promise<never>;
}

export interface NodeView {
  readonly role: string;
  readonly url: string;
  readonly reachable: boolean;
  /** Why main doesn't follow it, though it answers. */
  readonly problem?: string;
  /** The last `/health`, and when it came (milliseconds since 1970). */
  readonly health?: Health;
  readonly seenAt?: number;
}

/** What a node says to a nudge: where it stands and what it waits for, or why it has not answered. */
export interface NudgeAnswer {
  readonly role: string;
  readonly says?: string | undefined;
  readonly problem?: string | undefined;
}

/** What only main can do. Rejections are `TasukiError`: `not_found`, `invalid_state`. */
export interface Orchestrator {
  /** Newest first. */
  runs(filter?: { open?: boolean; limit?: number }): readonly RunStatus[];
  run(id: string): RunStatus | undefined;
  /** The state now, then after every change, until the run has ended or the signal. */
  watch(run: string, signal: AbortSignal): AsyncIterable<RunStatus>;
  /** Asks whoever holds what is awaited of a run to look again now (pending hand-offs, lapsed leases), and where it stands. */
  nudge(request: { run: string; stage?: string; by: string; reason?: string }): Promise<readonly NudgeAnswer[]>;
  /** Dispatches a blocked stage again at a new epoch (or resumes a blocked intake). `reason` and `by` are recorded. */
  retry(request: { run: string; stage?: string; by: string; reason?: string }): Promise<RunStatus>;
  /** Ends a run; every node that took part is told, and fences it. */
  cancel(request: { run: string; by: string; reason?: string }): Promise<RunStatus>;
  nodes(): readonly NodeView[];
}
