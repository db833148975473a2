import { FileName, Id, Name } from "@tasuki/protocol";
import { type Orchestrator, unknownRun } from "@tasuki/node";
import { problemOf, toTrpcShape } from "@tasuki/bus";
import { initTRPC } from "@trpc/server";
import { z } from "zod";

export interface OperatorRouterDeps {
  readonly orchestrator: Orchestrator;
  /** The principal that is recorded as having asked. */
  readonly by: string;
  /** Signal that aborts when the API stops: a subscription never ends by itself. */
  readonly stopping: AbortSignal;
}

const pingMs = 15_000;
const Reason = z.string().min(1).max(1024);
/** Text to an author; notes.md has it whole. */
const Note = z.string().regex(/\S/, "a text that is not empty").max(4096, "a text of at most 4,096 characters");

/** The router of the operator API: what people and agents ask of main, besides the bus. Its errors are the bus's own problems. */
export function createOperatorRouter({ orchestrator, by, stopping }: OperatorRouterDeps) {
  const t = initTRPC.create({
    // `isDev` would be true whenever NODE_ENV is not `production`, and stacks would go out.
    isDev: false,
    sse: { ping: { enabled: true, intervalMs: pingMs } },
    errorFormatter: ({ error, path, input }) => toTrpcShape(problemOf(error, input), path),
  });
  const known = async (id: string) => {
    const run = await orchestrator.run(id);
    if (run === undefined) throw unknownRun(id);
    return run;
  };
  return t.router({
    runs: t.procedure
      .input(z.object({ open: z.boolean().optional(), limit: z.int().min(1).max(1000).default(50) }))
      .query(({ input: { open, limit } }) => orchestrator.runs({ limit, ...(open !== undefined && { open }) })),
    run: t.procedure.input(z.object({ run: Id })).query(({ input }) => known(input.run)),
    /** The status of a run now, then after every change, until the run has ended. */
    watch: t.procedure.input(z.object({ run: Id })).subscription(async ({ input, signal }) => {
      await known(input.run);
      return orchestrator.watch(input.run, signal === undefined ? stopping : AbortSignal.any([signal, stopping]));
    }),
    nudge: t.procedure
      .input(z.object({ run: Id, stage: Name.optional(), reason: Reason.optional() }))
      .mutation(({ input: { run, stage, reason } }) =>
        orchestrator.nudge({ run, by, ...(stage !== undefined && { stage }), ...(reason !== undefined && { reason }) }),
      ),
    retry: t.procedure
      .input(z.object({ run: Id, stage: Name.optional(), reason: Reason.optional(), note: Note.optional() }))
      .mutation(({ input: { run, stage, reason, note } }) =>
        orchestrator.retry({
          run,
          by,
          ...(stage !== undefined && { stage }),
          ...(reason !== undefined && { reason }),
          ...(note !== undefined && { note }),
        }),
      ),
    answer: t.procedure
      .input(z.object({ run: Id, text: Note }))
      .mutation(({ input: { run, text } }) => orchestrator.answer({ run, by, text })),
    cancel: t.procedure
      .input(z.object({ run: Id, reason: Reason.optional() }))
      .mutation(({ input: { run, reason } }) => orchestrator.cancel({ run, by, ...(reason !== undefined && { reason }) })),
    nodes: t.procedure.query(() => orchestrator.nodes()),
    /** Main's relay: its profiles, and the view that explains a brief. */
    relay: t.procedure.query(() => orchestrator.relay()),
    /** Answer of one of the relay's views of files; a file without a name is the brief. It changes nothing, but the files are too long for a query's URL. */
    view: t.procedure
      .input(z.object({ view: z.string().max(64), files: z.array(z.object({ name: FileName.optional(), text: z.string() })).max(1000) }))
      .mutation(({ input, signal }) => orchestrator.view(input, signal === undefined ? stopping : AbortSignal.any([signal, stopping]))),
  });
}

export type OperatorRouter = ReturnType<typeof createOperatorRouter>;
