import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Execution, ExecutorContext, Job, Outcome } from "@tasuki/contracts";
import { describeEnding } from "../supervise/describe-ending.ts";
import { runModule } from "../supervise/run-module.ts";
import type { Ending } from "../supervise/supervisor.ts";
import { type StageRequest, StageResult } from "./stage-result.ts";

const child = import.meta.resolve("./stage-child.ts");

export interface StageRun {
  readonly job: Job;
  readonly producer: string;
  readonly work?: StageRequest["work"];
  readonly given?: StageRequest["given"];
  readonly hardMs: number;
  readonly stallMs: number;
}

/** Runs a stage's child: its result, or how the child ended where it has none. */
export async function runStageChild(
  { job, producer, work, given, hardMs, stallMs }: StageRun,
  context: ExecutorContext,
): Promise<Execution> {
  const result = join(job.folder, "stage-result.json");
  await rm(result, { recursive: true, force: true });
  const request: StageRequest = { folder: job.folder, run: job.run, role: job.role.name, producer, work, given, result };
  const ending = await runModule(
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

/** What a child's ending says about the attempt, where it says it alone. */
export function outcomeOf({ reason }: Ending): Outcome {
  return reason === undefined || reason === "not-started" ? "failed" : reason;
}
