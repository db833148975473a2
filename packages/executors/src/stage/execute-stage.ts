import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Execution, Executor, ExecutorContext, Job, Outcome } from "@tasuki/protocol";
import { toPipelineRequest } from "../define/load-pipeline.ts";
import { describeEscape, sweepAttempt } from "../supervise/attempt-processes.ts";
import { describeEnding } from "../supervise/describe-ending.ts";
import { superviseModule } from "../supervise/supervise-module.ts";
import type { Ending } from "../supervise/supervisor.ts";
import { type StageRequest, StageResult } from "./stage-result.ts";

const child = import.meta.resolve("./stage-child.ts");

/** The work of a role's own app. */
export interface AppWork {
  /** File URL of a module that exports `work`, made by `defineExecutor`. Only the child of a stage loads it. */
  readonly module: string;
  /** Producer that receipts name; `app:ROLE` where it is left out. */
  readonly producer?: string;
}

/** Executor that does a role's work by a module of its app, in one child process per attempt. */
export function createModuleExecutor({ module, producer }: AppWork): Executor {
  return {
    name: producer ?? "app",
    execute: (job, context) =>
      executeStage(
        { job, producer: producer ?? `app:${job.role.name}`, work: module, hardMs: job.startToClose, stallMs: job.heartbeat },
        context,
      ),
    sweep: sweepAttempt,
    describeEscape,
  };
}

export interface StageToExecute extends Pick<StageRequest, "work" | "given"> {
  readonly job: Job;
  readonly producer: string;
  /** Longest time of the child, milliseconds. */
  readonly hardMs: number;
  /** Longest time without a sign of work, milliseconds. */
  readonly stallMs: number;
}

/** Execution of a stage; `mendable` where its author could mend what is unmet. */
export type StageExecution = Execution & { readonly mendable?: boolean };

/** Executes a stage in a child process. Resolves with the child's result; where it wrote none, with how it ended. */
export async function executeStage(
  { job, producer, work, given, hardMs, stallMs }: StageToExecute,
  context: ExecutorContext,
): Promise<StageExecution> {
  // A new name: what a program has left in the folder is neither read nor removed here.
  const result = join(job.folder, `stage-result.${randomUUID()}.json`);
  const request: StageRequest = {
    pipeline: toPipelineRequest(job.pipeline),
    folder: job.folder,
    run: job.run,
    role: job.role.name,
    producer,
    work,
    given,
    result,
  };
  const ending = await superviseModule(
    { module: child, request, folder: job.folder, attemptId: job.attemptId, hardMs, stallMs, watch: join(job.folder, "out") },
    context,
  );
  const program = `the process of stage ${job.role.name}`;
  if (ending.reason !== undefined || ending.code !== 0)
    return { outcome: outcomeOf(ending), producer, detail: describeEnding(ending, program), files: [] };
  const text = await readFile(result, "utf8").catch(() => undefined);
  if (text === undefined) {
    const seconds = (ending.ms / 1000).toFixed(1);
    const detail = `${program} ended after ${seconds} s, before its work was done; a work returns, it does not call process.exit`;
    return { outcome: "failed", producer, detail, files: [] };
  }
  return { producer, ...StageResult.parse(JSON.parse(text)) };
}

/** Outcome of an attempt whose process was ended by the supervisor, or ended by itself with an exit code that means failure. */
export function outcomeOf({ reason, errno }: Ending): Outcome {
  if (reason === "not-started") return errno !== undefined && lasting.has(errno) ? "misconfigured" : "failed";
  return reason ?? "failed";
}

/** Errors of a start that another attempt would meet as well. Source: execve(2). */
const lasting: ReadonlySet<string> = new Set(["ENOENT", "EACCES", "EPERM", "ENOEXEC", "ENOTDIR", "ELOOP", "E2BIG", "ENAMETOOLONG"]);
