import type { Envelope, FeedEntry, Health, Status, StatusQuery, TaskAnswer } from "@tasuki/contracts";
import { TasukiError } from "@tasuki/contracts";
import type { Caller } from "../identity/identity.ts";
import { grantFor, type Want } from "../permission/permission.ts";
import type { BusHandlers } from "./bus-handlers.ts";
import { parseTaskRequest, type TaskHeaders } from "./task-request.ts";

/** The four verbs as a caller may use them: both spellings go through here, so that no transport decides anything. */
export interface BusCalls {
  task(envelope: Envelope, headers: TaskHeaders, caller: Caller): Promise<{ readonly answer: TaskAnswer; readonly replayed: boolean }>;
  status(query: StatusQuery, caller: Caller): Promise<Status>;
  /** Throws `not_granted` unless the caller may follow the feed. */
  demandFeed(caller: Caller): void;
  watch(from: number, caller: Caller, signal: AbortSignal): AsyncIterable<FeedEntry>;
  health(caller: Caller): Promise<Health>;
}

/** Puts permission before the handlers. Rejects with `not_granted`. */
export function createBusCalls({ role, handlers }: { role: string; handlers: BusHandlers }): BusCalls {
  const demand = (caller: Caller, want: Want, what: string): void => {
    if (grantFor(caller.permissions, role, want) === undefined)
      throw new TasukiError("not_granted", `The policy does not let ${caller.principal} ${what} on ${role}.`);
  };
  const demandFeed = (caller: Caller): void => demand(caller, { call: "status", scope: "all" }, "follow the feed");
  return {
    async task(envelope, headers, caller) {
      const { request, kind, from } = parseTaskRequest(envelope, headers);
      const signed = envelope.signatures.length > 0;
      const want: Want = { call: "task", kind, signed };
      const what = `send ${signed ? "a signed" : "an unsigned"} '${kind}' task`;
      demand(caller, want, what);
      // Roles that share a machine share what the network grants it; a task has what its own role has, whose key must have signed it.
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
