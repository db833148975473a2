// Thread that judges files which other machines made, one after another, by their contracts.
import { parentPort, workerData } from "node:worker_threads";
import { artifactsOnWire, judgeFile, refOf, TasukiError, toProblem } from "@tasuki/protocol";
import { loadPipeline, PipelineRequest } from "../define/load-pipeline.ts";
import type { ThreadAnswer, ThreadQuestion } from "./create-judge.ts";

// Faults that are told: a hostile file breaks its contract in a million places.
const mostUnmet = 200;

const loading = loadPipeline(PipelineRequest.parse(workerData)).catch((error: unknown) => toProblem(error));

async function answer({ contract, name, bytes }: ThreadQuestion): Promise<ThreadAnswer> {
  const pipeline = await loading;
  if ("status" in pipeline) return { refused: pipeline };
  const artifact = artifactsOnWire(pipeline)
    .flatMap(({ versions }) => versions)
    .find((one) => refOf(one) === contract);
  if (artifact === undefined) return { refused: toProblem(new TasukiError("unknown_version", `The relay has no contract '${contract}'.`)) };
  return { unmet: judgeFile(artifact, { name, bytes }).slice(0, mostUnmet) };
}

parentPort?.on("message", (question: ThreadQuestion) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has no origin
  void answer(question).then((said) => parentPort?.postMessage(said));
});
