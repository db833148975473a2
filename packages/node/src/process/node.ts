import type { Clock, Executor, Checker, Extractor, Judge, Logger, Pipeline } from "@tasuki/protocol";
import type { RequestListener } from "node:http";
import type { Store } from "@tasuki/store";
import type { Access, AdmissionDeps, BusCalls, BusHandlers, Caller } from "@tasuki/bus";
import type { Reach } from "./failpoint.ts";
import type { NodeConfig } from "./node-config.ts";
import type { Orchestrator } from "../orchestrator/orchestrator.ts";

/** Options of a node. Main needs `extractor` and `checker`; every other role `executor`. */
export interface NodeOptions {
  /** `main`, or a role of the pipeline. */
  readonly role: string;
  readonly pipeline: Pipeline;
  /** Data folder of the node. */
  readonly data: string;
  readonly config: NodeConfig;
  /** Text of the policy file (`infra/tailnet/policy.hujson`). */
  readonly policy: string;
  readonly executor?: Executor;
  readonly extractor?: Extractor;
  readonly checker?: Checker;
  /** Judges files that other machines send. */
  readonly judge: Judge;
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly logger: Logger;
  /** Version of the program, for /health. */
  readonly version: string;
  /** Called at the boundaries that the node's work reaches; given only in tests of crashes. */
  readonly reach?: Reach;
  /** Ends a start that waits for the tailnet. */
  readonly signal?: AbortSignal;
}

/** Node that listens. Disposing stops it in order: subscriptions, listeners, consumer, store. */
export interface RunningNode extends AsyncDisposable, Pick<NodeOptions, "config" | "pipeline" | "clock" | "logger"> {
  readonly role: string;
  readonly node: string;
  /** Base URL of the bus at this moment: an address in a tailnet may change. */
  readonly url: string;
  readonly store: Store;
  readonly handlers: BusHandlers;
  /** Caller for this machine's own scripts and operator: it has every permission that the policy gives the operators on this role. */
  readonly local: Caller;
  /** Bus (four verbs, both spellings, uploads) as `local` sees it: `bus.sock` serves it. */
  readonly localBus: RequestListener;
  /** Makes the bus for another door of this node, whose callers are identified as `admission` says. */
  busFor(admission: Omit<AdmissionDeps, "role">): RequestListener;
  /** The verbs of the bus, as a caller with its permissions may use them. */
  readonly calls: BusCalls;
  readonly access: Pick<Access, "identity" | "listen" | "hosts">;
  /** Main only. */
  readonly orchestrator?: Orchestrator;
  /** Rejects when the node can't go on (a failed fsync, a lost listener): exit and start again. */
  readonly failed: Promise<never>;
}
