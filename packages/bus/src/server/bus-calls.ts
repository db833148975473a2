import { type FeedEntry, type Health, type Status, type StatusQuery, type TaskAnswer, TasukiError } from "@tasuki/protocol";
import type { Caller } from "../identity/identity.ts";
import { grantFor, type Want } from "../permission/permission.ts";
import { parseTaskRequest, type TaskBody, type TaskHeaders, type TaskRequest } from "../wire/task-request.ts";

/** The four verbs as a node implements them. Every transport, the node's own socket included, calls them by `BusCalls`. Rejections are `TasukiError`. */
export interface BusHandlers {
  /** Accepts a task. `replayed` is true where the task was accepted before; the answer has its first receipt then. */
  task(request: TaskRequest, caller: Caller): Promise<TaskAnswer & { readonly replayed: boolean }>;
  status(query: StatusQuery, caller: Caller): Promise<Status>;
  /** Yields the entries of the feed from an index on, the coming ones included, until the signal. */
  watch(from: number, caller: Caller, signal: AbortSignal): AsyncIterable<FeedEntry>;
  health(caller: Caller): Promise<Health>;
}

/** The four verbs as a caller may use them. Both spellings call them, so that no transport decides about permission. */
export interface BusCalls {
  task(body: TaskBody, headers: TaskHeaders, caller: Caller): Promise<{ readonly answer: TaskAnswer; readonly replayed: boolean }>;
  status(query: StatusQuery, caller: Caller): Promise<Status>;
  /** Throws `not_granted` unless the caller may follow the feed. */
  demandFeed(caller: Caller): void;
  watch(from: number, caller: Caller, signal: AbortSignal): AsyncIterable<FeedEntry>;
  health(caller: Caller): Promise<Health>;
}

/** Puts permission before a node's handlers. Every call rejects with `not_granted` where the caller's permissions don't allow it. */
export function createBusCalls({ role, handlers }: { role: string; handlers: BusHandlers }): BusCalls {
  const demand = (caller: Caller, want: Want, what: string): void => {
    if (grantFor(caller.permissions, role, want) === undefined)
      throw new TasukiError("not_granted", `The policy does not let ${caller.principal} ${what} on ${role}.`);
  };
  const demandFeed = (caller: Caller): void => demand(caller, { call: "status", scope: "all" }, "follow the feed");
  return {
    async task(body, headers, caller) {
      const { request, kind, from } = parseTaskRequest(body, headers);
      const signed = body.envelope.signatures.length > 0;
      const want: Want = { call: "task", kind, signed };
      const what = `send ${signed ? "a signed" : "an unsigned"} '${kind}' task`;
      demand(caller, want, what);
      // The network grants a machine with several roles what any of them is granted. A task needs the permission of its own role (`from`); the
      // handlers verify that this role's key signed it.
      if (caller.permissionsByRole !== undefined) {
        const permissions = caller.permissionsByRole.get(from ?? "");
        demand({ ...caller, permissions: permissions ?? [] }, want, `${what} as ${permissions ? from : "none of its roles"}`);
      }
      const { replayed, ...answer } = await handlers.task(request, caller);
      return { answer, replayed };
    },
    async status(query, caller) {
      demand(caller, { call: "status", scope: "own" }, "read the status");
      return handlers.status(query, caller);
    },
    demandFeed,
    watch(from, caller, signal) {
      demandFeed(caller);
      return handlers.watch(from, caller, signal);
    },
    async health(caller) {
      demand(caller, { call: "health" }, "read the health");
      return handlers.health(caller);
    },
  };
}
