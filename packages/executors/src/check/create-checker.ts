import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Checker, type ExecutorContext, fromProblem, type Job, TasukiError, Unmet } from "@tasuki/protocol";
import { z } from "zod";
import { toPipelineRequest } from "../define/load-pipeline.ts";
import { describeEnding } from "../supervise/describe-ending.ts";
import { superviseModule } from "../supervise/supervise-module.ts";
import { type CheckRequest, CheckResult, type Question } from "./check-request.ts";

const child = import.meta.resolve("./check-child.ts");

export interface CheckerOptions {
  /** Longest time of one check, milliseconds. */
  readonly checkMs?: number;
  /** Longest time of one view, milliseconds. */
  readonly viewMs?: number;
}

interface Asked {
  readonly question: Question;
  /** Subject of a sentence for people: `the process that checks nano`. */
  readonly program: string;
  readonly ms: number;
}

/**
 * Checker in a child process with limits. Rejects with `internal` where the child is cancelled or dies, and with `invalid_state` where the
 * relay's files are no longer those that this process has loaded: then nothing is known of the files to check.
 */
export function createChecker({ checkMs = 120_000, viewMs = 30_000 }: CheckerOptions = {}): Checker {
  return {
    async check({ stages, producers, decisions, ...job }, context) {
      const question: Question = { asks: "check", stages: [...stages], producers: { ...producers }, decisions: { ...decisions } };
      return z
        .array(Unmet)
        .parse(await ask(job, { question, program: `the process that checks ${stages.join(", ")}`, ms: checkMs }, context));
    },
    view: ({ view, ...job }, context) =>
      ask(job, { question: { asks: "view", view }, program: `the process of the view '${view}'`, ms: viewMs }, context),
  };
}

async function ask(
  { folder, attemptId, pipeline }: Pick<Job, "folder" | "attemptId" | "pipeline">,
  { question, program, ms }: Asked,
  context: ExecutorContext,
): Promise<unknown> {
  const path = join(folder, "check-result.json");
  await rm(path, { recursive: true, force: true });
  const request: CheckRequest = { pipeline: toPipelineRequest(pipeline), question, from: join(folder, "in"), result: path };
  const ending = await superviseModule({ module: child, request, folder, attemptId, hardMs: ms, stallMs: ms }, context);
  if (ending.reason !== undefined || ending.code !== 0) throw new TasukiError("internal", `${describeEnding(ending, program)}; try again`);
  const result = CheckResult.parse(JSON.parse(await readFile(path, "utf8")));
  await rm(path, { force: true });
  if ("refused" in result) throw fromProblem(result.refused);
  return result.answer;
}
