import { initTRPC, tracked } from "@trpc/server";
import { operations } from "../operations.ts";
import type { Caller } from "../identity/identity.ts";
import type { BusCalls } from "./bus-calls.ts";
import type { TaskHeaders } from "./task-request.ts";
import { problemOf, toTrpcShape } from "./trpc-problem.ts";

export interface BusContext {
  readonly caller: Caller;
  readonly headers: TaskHeaders;
}

// Pings keep middleboxes from cutting an idle feed; a client that hears nothing for three of them reconnects.
const pingMs = 5_000;
const silenceMs = 3 * pingMs;

/** The tRPC spelling of the operations. Answers are not validated on their way out: handlers are typed, and clients parse what they get. */
export function createBusRouter(calls: BusCalls) {
  const t = initTRPC.context<BusContext>().create({
    // Else stacks go out whenever NODE_ENV is not `production`.
    isDev: false,
    sse: { ping: { enabled: true, intervalMs: pingMs }, client: { reconnectAfterInactivityMs: silenceMs } },
    errorFormatter: ({ error, path }) => toTrpcShape(problemOf(error), path),
  });
  return t.router({
    task: t.procedure
      .input(operations.task.input)
      .mutation(async ({ ctx, input }) => (await calls.task(input.envelope, ctx.headers, ctx.caller)).answer),
    status: t.procedure.input(operations.status.input).query(({ ctx, input }) => calls.status(input, ctx.caller)),
    health: t.procedure.query(({ ctx }) => calls.health(ctx.caller)),
    watch: t.procedure.input(operations.watch.input).subscription(async function* ({ ctx, input, signal }) {
      // A client that reconnects by itself sends the id of the last entry that it has.
      const from = input.lastEventId === undefined ? input.from : input.lastEventId + 1;
      for await (const entry of calls.watch(from, ctx.caller, signal ?? AbortSignal.abort())) yield tracked(String(entry.index), entry);
    }),
  });
}

export type BusRouter = ReturnType<typeof createBusRouter>;
