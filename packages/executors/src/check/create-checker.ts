import { join } from "node:path";
import { type Checker, type ExecutorContext, fromProblem, type Job, TasukiError, Unmet } from "@tasuki/protocol";
import { z } from "zod";
import { toPipelineRequest } from "../define/load-pipeline.ts";
import { type Children, createChildren } from "../supervise/children.ts";
import { describeEnding } from "../supervise/describe-ending.ts";
import { CheckAnswer, type CheckRequest, type Question } from "./check-request.ts";

const job = import.meta.resolve("./check-job.ts");

export interface CheckerOptions {
  /** Longest time of one check, milliseconds. */
  readonly checkMs?: number;
  /** Longest time of one view, milliseconds. */
  readonly viewMs?: number;
}

interface Asked {
  readonly children: Children;
  readonly question: Question;
  /** Subject of a sentence for people: `the process that checks nano`. */
  readonly program: string;
  readonly ms: number;
}

/**
 * Checker in child processes with limits, which are used again. Rejects with `internal` where the child is cancelled or dies, and with `invalid_state` where the
 * relay's files are no longer those that this process has loaded: then nothing is known of the files to check.
 */
export function createChecker({ checkMs = 120_000, viewMs = 30_000 }: CheckerOptions = {}): Checker {
  const children = createChildren({ use: "reused" });
  return {
    async check({ stages, producers, decisions, ...asked }, context) {
      const question: Question = { asks: "check", stages: [...stages], producers: { ...producers }, decisions: { ...decisions } };
      const program = `the process that checks ${stages.join(", ")}`;
      return z.array(Unmet).parse(await ask(asked, { children, question, program, ms: checkMs }, context));
    },
    view: ({ view, ...asked }, context) =>
      ask(asked, { children, question: { asks: "view", view }, program: `the process of the view '${view}'`, ms: viewMs }, context),
    begin: ({ pipeline, ...life }) => children.begin({ ...life, loads: [job, pipeline.module] }),
    end: () => children.end(),
  };
}

async function ask(
  { folder, pipeline }: Pick<Job, "folder" | "pipeline">,
  { children, question, program, ms }: Asked,
  context: ExecutorContext,
): Promise<unknown> {
  const request: CheckRequest = { pipeline: toPipelineRequest(pipeline), question, from: join(folder, "in") };
  const loads = [job, pipeline.module];
  const ending = await children.perform({ module: job, request, folder, loads, hardMs: ms, stallMs: ms }, context);
  if (ending.answer === undefined) throw new TasukiError("internal", `${describeEnding(ending, program)}; try again`);
  const answer = CheckAnswer.parse(ending.answer.value);
  if ("refused" in answer) throw fromProblem(answer.refused);
  return answer.answer;
}
