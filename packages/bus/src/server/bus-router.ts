import { initTRPC, tracked } from "@trpc/server";
import { operations } from "../wire/operations.ts";
import type { Caller } from "../identity/identity.ts";
import type { BusCalls } from "./bus-calls.ts";
import { openTask, type TaskHeaders } from "../wire/task-request.ts";
import { problemOf, toTrpcShape } from "./trpc-problem.ts";

export interface BusContext {
  readonly caller: Caller;
  readonly headers: TaskHeaders;
}

/** Time between two pings, which keep middleboxes from cutting an idle feed. */
const pingMs = 5_000;
/** Silence after which a client reconnects. */
const silenceMs = 3 * pingMs;

/** Creates the tRPC spelling of the operations. Answers are not validated on their way out: handlers are typed, and clients parse answers. */
export function createBusRouter(calls: BusCalls) {
  const t = initTRPC.context<BusContext>().create({
    // `isDev` would send stacks out, and is true by default unless NODE_ENV is `production`.
    isDev: false,
    sse: { ping: { enabled: true, intervalMs: pingMs }, client: { reconnectAfterInactivityMs: silenceMs } },
    errorFormatter: ({ error, path, input }) => toTrpcShape(problemOf(error, input), path),
  });
  return t.router({
    task: t.procedure
      .input(operations.task.input)
      .mutation(async ({ ctx, input }) => (await calls.task(openTask(input.envelope, input.files), ctx.headers, ctx.caller)).answer),
    status: t.procedure.input(operations.status.input).query(({ ctx, input }) => calls.status(input, ctx.caller)),
    health: t.procedure.query(({ ctx }) => calls.health(ctx.caller)),
    watch: t.procedure.input(operations.watch.input).subscription(async function* ({ ctx, input, signal }) {
      // `lastEventId` is sent by a client that reconnects: the id of the last entry that it has.
      const from = input.lastEventId === undefined ? input.from : input.lastEventId + 1;
      for await (const entry of calls.watch(from, ctx.caller, signal ?? AbortSignal.abort())) yield tracked(String(entry.index), entry);
    }),
  });
}

export type BusRouter = ReturnType<typeof createBusRouter>;
