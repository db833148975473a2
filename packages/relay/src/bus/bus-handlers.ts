import type { Envelope, FeedEntry, Health, Status, StatusQuery, TaskAnswer } from "@tasuki/contracts";
import type { Caller } from "../identity/identity.ts";

/** A task as it came, before anything in it is believed. `payload` is the exact bytes; bare JSON comes as an envelope without signatures. */
export interface TaskRequest {
  readonly envelope: Envelope;
  readonly payload: Buffer;
  /** `tasuki-budget-ms`: the remaining time at the sender. */
  readonly budgetMs?: number;
  readonly traceparent?: string;
}

/** What a node does behind the transports. Both spellings, and the node's own socket, call these and nothing else. Rejections are `TasukiError`. */
export interface BusHandlers {
  /** `replayed` where the task was known and its first receipt is answered again. */
  task(request: TaskRequest, caller: Caller): Promise<TaskAnswer & { readonly replayed: boolean }>;
  status(query: StatusQuery, caller: Caller): Promise<Status>;
  /** The feed from an index, then what comes, until the signal. */
  watch(from: number, caller: Caller, signal: AbortSignal): AsyncIterable<FeedEntry>;
  health(caller: Caller): Promise<Health>;
}
