// Thread that reads files which other machines made, one after another, by their contracts.
import { parentPort, workerData } from "node:worker_threads";
import {
  type AnyArtifact,
  artifactsOnWire,
  judgeFile,
  parseRunPlan,
  type Pipeline,
  refOf,
  rewriteFile,
  TasukiError,
  toProblem,
} from "@tasuki/protocol";
import { loadPipeline, PipelineRequest } from "../define/load-pipeline.ts";
import type { ThreadAnswer, ThreadQuestion } from "./create-judge.ts";

// Faults that are told: a hostile file breaks its contract in a million places.
const mostUnmet = 200;

const loading = loadPipeline(PipelineRequest.parse(workerData)).catch((error: unknown) => toProblem(error));

async function answer(question: ThreadQuestion): Promise<ThreadAnswer> {
  const pipeline = await loading;
  if ("status" in pipeline) return { refused: pipeline };
  try {
    return { said: read(question, pipeline) };
  } catch (error) {
    return { refused: toProblem(error) };
  }
}

function read({ asked, name, bytes }: ThreadQuestion, pipeline: Pipeline) {
  switch (asked.is) {
    case "judge":
      return judgeFile(contractOf(pipeline, asked.contract), { name, bytes }).slice(0, mostUnmet);
    case "plan":
      return parseRunPlan(bytes);
    case "rewrite": {
      const text = rewriteFile(contractOf(pipeline, asked.contract), { name, bytes }, contractOf(pipeline, asked.as));
      return text.ok ? text : { ...text, unmet: text.unmet.slice(0, mostUnmet) };
    }
  }
}

function contractOf(pipeline: Pipeline, ref: string): AnyArtifact {
  const artifact = artifactsOnWire(pipeline)
    .flatMap(({ versions }) => versions)
    .find((one) => refOf(one) === ref);
  if (artifact === undefined) throw new TasukiError("unknown_version", `The relay has no contract '${ref}'.`);
  return artifact;
}

parentPort?.on("message", (question: ThreadQuestion) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has no origin
  void answer(question).then((said) => parentPort?.postMessage(said));
});
