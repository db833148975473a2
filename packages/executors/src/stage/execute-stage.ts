import { join } from "node:path";
import type { Execution, Executor, ExecutorContext, Job, Outcome } from "@tasuki/protocol";
import { toPipelineRequest } from "../define/load-pipeline.ts";
import { describeEscape, sweepAttempt } from "../supervise/attempt-processes.ts";
import { type Children, createChildren } from "../supervise/children.ts";
import { describeEnding } from "../supervise/describe-ending.ts";
import type { Ending } from "../supervise/supervisor.ts";
import { type StageRequest, StageResult } from "./stage-result.ts";

/** File URL of the job of a stage. */
export const stageJob = import.meta.resolve("./stage-job.ts");

/** The work of a role's own app. */
export interface AppWork {
  /** File URL of a module that exports `work`, made by `defineExecutor`. Only the child of a stage loads it. */
  readonly module: string;
  /** Producer that receipts name; `app:ROLE` where it is left out. */
  readonly producer?: string;
  /**
   * True where the work only computes its outputs of its inputs: it begins nothing that could outlive it, keeps nothing, and needs no network. Its process
   * then does other attempts, too, with frozen intrinsics and no way to start a process. Left out, each attempt has a process of its own, which
   * loads the module anew.
   */
  readonly isPure?: boolean;
}

/** Executor that does a role's work by a module of its app, in a child process. */
export function createModuleExecutor({ module, producer, isPure = false }: AppWork): Executor {
  const children = createChildren({ use: isPure ? "reused" : "once" });
  // A module that each attempt loads anew is not loaded before there is one.
  const work = isPure ? [module] : [];
  return {
    name: producer ?? "app",
    execute: (job, context) =>
      executeStage(
        {
          job,
          children,
          producer: producer ?? `app:${job.role.name}`,
          work: module,
          loads: [stageJob, job.pipeline.module, ...work],
          hardMs: job.startToClose,
          stallMs: job.heartbeat,
        },
        context,
      ),
    sweep: sweepAttempt,
    begin: ({ pipeline, ...life }) => children.begin({ ...life, loads: [stageJob, pipeline.module, ...work] }),
    end: () => children.end(),
    describeEscape,
  };
}

export interface StageToExecute extends Pick<StageRequest, "work" | "given"> {
  readonly job: Job;
  readonly children: Children;
  readonly producer: string;
  /** File URLs of the modules that its child loads. */
  readonly loads: readonly string[];
  /** Longest time of the job, milliseconds. */
  readonly hardMs: number;
  /** Longest time without a sign of work, milliseconds. */
  readonly stallMs: number;
}

/** Execution of a stage; `mendable` where its author could mend what is unmet. */
export type StageExecution = Execution & { readonly mendable?: boolean };

/** Executes a stage in a child process. Resolves with the child's answer; where it gave none, with how it ended. */
export async function executeStage(
  { job, children, producer, work, given, loads, hardMs, stallMs }: StageToExecute,
  context: ExecutorContext,
): Promise<StageExecution> {
  const { folder, run, role } = job;
  const request: StageRequest = { pipeline: toPipelineRequest(job.pipeline), folder, run, role: role.name, producer, work, given };
  const limited = { module: stageJob, request, folder, loads, hardMs, stallMs, watch: join(folder, "out") };
  const ending = await children.perform(limited, context);
  if (ending.answer !== undefined) return { producer, ...StageResult.parse(ending.answer.value) };
  const program = `the process of stage ${role.name}`;
  if (ending.reason === undefined && ending.code === 0) {
    const seconds = (ending.ms / 1000).toFixed(1);
    const detail = `${program} ended after ${seconds} s, before its work was done; a work returns, it does not call process.exit`;
    return { outcome: "failed", producer, detail, files: [] };
  }
  return { outcome: outcomeOf(ending), producer, detail: describeEnding(ending, program), files: [] };
}

/** Outcome of an attempt whose process was ended by the supervisor, or ended by itself with an exit code that means failure. */
export function outcomeOf({ reason, errno }: Ending): Outcome {
  if (reason === "not-started") return errno !== undefined && lasting.has(errno) ? "misconfigured" : "failed";
  return reason ?? "failed";
}

/** Errors of a start that another attempt would meet as well. Source: execve(2). */
const lasting: ReadonlySet<string> = new Set(["ENOENT", "EACCES", "EPERM", "ENOEXEC", "ENOTDIR", "ELOOP", "E2BIG", "ENAMETOOLONG"]);
