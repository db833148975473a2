import { FileName, Id, Name } from "@tasuki/protocol";
import { type Orchestrator, unknownRun } from "@tasuki/node";
import {
  type BusCalls,
  type Caller,
  operations,
  type OperatorCall,
  operatorLevels,
  openTask,
  problemOf,
  type TaskRequest,
  toTrpcShape,
} from "@tasuki/bus";
import { initTRPC } from "@trpc/server";
import { z } from "zod";
import type { SessionRights, Sessions } from "./sessions.ts";

export interface OperatorRouterDeps {
  readonly orchestrator: Orchestrator;
  /** Main's own bus handlers. */
  readonly calls: Pick<BusCalls, "task" | "status" | "health">;
  readonly sessions: Pick<Sessions, "open">;
  /** Makes a one-time link. Throws `invalid_state` where main has no loopback door. */
  readonly makeLink: (rights: Pick<SessionRights, "level"> & { readonly name?: string | undefined }, by: string) => MadeLink;
  /** Signal that aborts when the API stops: a subscription never ends by itself. */
  readonly stopping: AbortSignal;
}

/** One-time link, which opens a session of the rights that it names. */
export interface MadeLink extends SessionRights {
  /** URL of the loopback door, with the link's secret behind `#link=`: a browser sends what stands there to nobody. */
  readonly url: string;
  /** Time at which the link ends, milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Caller of a procedure, whom a door has admitted to it: no procedure decides who may call it. */
export interface OperatorContext {
  /** The principal that is recorded as having asked for whatever the call changes. */
  readonly by: string;
  /** The same as a caller of main's bus handlers. */
  readonly caller: Caller;
  readonly headers: Pick<TaskRequest, "budgetMs" | "traceparent">;
}

const pingMs = 15_000;
const Reason = z.string().min(1).max(1024);
/** Text to an author; notes.md has it whole. */
const Note = z.string().regex(/\S/, "a text that is not empty").max(4096, "a text of at most 4,096 characters");

const about = { run: Id, reason: Reason.optional() };
/** Decisions of a person about a run, by the verb. */
const decisions = {
  retry: z.object({ ...about, stage: Name.optional(), on: Name.optional(), note: Note.optional() }),
  answer: z.object({ run: Id, text: Note }),
  cancel: z.object({ ...about, now: z.boolean().optional() }),
  pause: z.object(about),
  resume: z.object(about),
  rollback: z.object({ ...about, to: Name }),
  extend: z.object({ ...about, wantedBy: z.int().positive().max(8_640_000_000_000_000) }),
  close: z.object({ ...about, without: Name }),
};
const Decision = z.discriminatedUnion("is", [
  decisions.retry.extend({ is: z.literal("retry") }),
  decisions.answer.extend({ is: z.literal("answer") }),
  decisions.cancel.extend({ is: z.literal("cancel") }),
  decisions.pause.extend({ is: z.literal("pause") }),
  decisions.resume.extend({ is: z.literal("resume") }),
  decisions.rollback.extend({ is: z.literal("rollback") }),
  decisions.extend.extend({ is: z.literal("extend") }),
  decisions.close.extend({ is: z.literal("close") }),
]);
export type Decision = z.input<typeof Decision>;

/** The router of the operator API: what people and agents ask of main, besides the bus. Its errors are the bus's own problems. */
export function createOperatorRouter({ orchestrator, calls, sessions, makeLink, stopping }: OperatorRouterDeps) {
  const t = initTRPC.context<OperatorContext>().create({
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
  const procedures = {
    /** Starts a run: a task of kind `run` in an envelope without signatures, as a script posts it to main's bus. */
    start: t.procedure
      .input(operations.task.input)
      .mutation(async ({ ctx, input }) => (await calls.task(openTask(input.envelope, input.files), ctx.headers, ctx.caller)).answer),
    /** Main's own status: its tasks, a run's artifacts, its feed page by page. */
    status: t.procedure.input(operations.status.input).query(({ ctx, input }) => calls.status(input, ctx.caller)),
    health: t.procedure.query(({ ctx }) => calls.health(ctx.caller)),
    runs: t.procedure
      .input(z.object({ open: z.boolean().optional(), limit: z.int().min(1).max(1000).default(50), after: Id.optional() }))
      .query(async ({ input: { open, limit, after } }) => {
        if (after !== undefined) await known(after);
        return orchestrator.runs({ limit, ...(open !== undefined && { open }), ...(after !== undefined && { after }) });
      }),
    run: t.procedure.input(z.object({ run: Id })).query(({ input }) => known(input.run)),
    /** The status of a run now, then after every change, until the run has ended. */
    watch: t.procedure.input(z.object({ run: Id })).subscription(async ({ input, signal }) => {
      await known(input.run);
      return orchestrator.watch(input.run, signal === undefined ? stopping : AbortSignal.any([signal, stopping]));
    }),
    nudge: t.procedure
      .input(z.object({ run: Id, stage: Name.optional(), reason: Reason.optional() }))
      .mutation(({ ctx: { by }, input: { run, stage, reason } }) =>
        orchestrator.nudge({ run, by, ...(stage !== undefined && { stage }), ...(reason !== undefined && { reason }) }),
      ),
    retry: t.procedure
      .input(decisions.retry)
      .mutation(({ ctx: { by }, input: { run, ...verb } }) => orchestrator.decide({ run, verb: { is: "retry", by, ...verb } })),
    answer: t.procedure
      .input(decisions.answer)
      .mutation(({ ctx: { by }, input: { run, ...verb } }) => orchestrator.decide({ run, verb: { is: "answer", by, ...verb } })),
    cancel: t.procedure
      .input(decisions.cancel)
      .mutation(({ ctx: { by }, input: { run, ...verb } }) => orchestrator.decide({ run, verb: { is: "cancel", by, ...verb } })),
    pause: t.procedure
      .input(decisions.pause)
      .mutation(({ ctx: { by }, input: { run, ...verb } }) => orchestrator.decide({ run, verb: { is: "pause", by, ...verb } })),
    resume: t.procedure
      .input(decisions.resume)
      .mutation(({ ctx: { by }, input: { run, ...verb } }) => orchestrator.decide({ run, verb: { is: "resume", by, ...verb } })),
    rollback: t.procedure
      .input(decisions.rollback)
      .mutation(({ ctx: { by }, input: { run, ...verb } }) => orchestrator.decide({ run, verb: { is: "rollback", by, ...verb } })),
    extend: t.procedure
      .input(decisions.extend)
      .mutation(({ ctx: { by }, input: { run, ...verb } }) => orchestrator.decide({ run, verb: { is: "extend", by, ...verb } })),
    close: t.procedure
      .input(decisions.close)
      .mutation(({ ctx: { by }, input: { run, ...verb } }) => orchestrator.decide({ run, verb: { is: "close", by, ...verb } })),
    /** Plan of one of these verbs, in lines for people: what it would do now. It changes nothing, but a note is too long for a query's URL. */
    plan: t.procedure
      .input(Decision)
      .mutation(({ ctx: { by }, input: { run, ...verb } }) => orchestrator.plan({ run, verb: { ...verb, by } })),
    nodes: t.procedure.query(() => orchestrator.nodes()),
    /** Main's relay: its profiles, and the view that explains a brief. */
    relay: t.procedure.query(() => orchestrator.relay()),
    /** Answer of one of the relay's views of files; a file without a name is the brief. It changes nothing, but the files are too long for a query's URL. */
    view: t.procedure
      .input(z.object({ view: z.string().max(64), files: z.array(z.object({ name: FileName.optional(), text: z.string() })).max(1000) }))
      .mutation(({ input, signal }) => orchestrator.view(input, signal === undefined ? stopping : AbortSignal.any([signal, stopping]))),
    /** Makes a one-time link to the loopback door, for a caller who is to have a level there, under a name. */
    link: t.procedure
      .input(z.object({ level: z.enum(operatorLevels).default("decide"), name: Name.optional() }))
      .mutation(({ ctx: { by }, input }) => makeLink(input, by)),
    /** Opens a session with a link. */
    session: t.procedure.input(z.object({ link: z.string().max(128) })).mutation(({ input }) => sessions.open(input.link)),
  } satisfies Record<Exclude<OperatorCall, "upload">, unknown>;
  return t.router(procedures);
}

export type OperatorRouter = ReturnType<typeof createOperatorRouter>;
