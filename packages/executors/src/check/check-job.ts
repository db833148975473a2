// Job of main's checker: reads files which other machines made, to check them or to answer a view of them.
import { answerView, artifactsOf, checkStages, isTasukiError, pipelineAt, TasukiError, toProblem } from "@tasuki/protocol";
import { loadPipeline } from "../define/load-pipeline.ts";
import { readFolder, readVersions } from "../stage/read-folder.ts";
import type { Perform } from "../supervise/child-channel.ts";
import { type CheckAnswer, CheckRequest } from "./check-request.ts";

// Faults that are told: a hostile file breaks its contract in a million places.
const mostUnmet = 1000;

export const perform: Perform = async (request): Promise<CheckAnswer> => {
  try {
    return { answer: await answerOf(CheckRequest.parse(request)) };
  } catch (error) {
    const known = isTasukiError(error) ? error : new TasukiError("internal", `Reading the files failed: ${String(error)}`);
    return { refused: toProblem(known) };
  }
};

/** Answer to the request's question, as plain JSON. */
async function answerOf({ pipeline: asked, question, from }: CheckRequest): Promise<unknown> {
  const pipeline = pipelineAt(await loadPipeline(asked), await readVersions(from));
  const { files, others, unmet } = await readFolder(from, artifactsOf(pipeline));
  const all = [...files, ...others.map((name) => ({ name, bytes: new Uint8Array() }))];
  switch (question.asks) {
    case "check":
      return (unmet.length > 0 ? unmet : checkStages(pipeline, { ...question, files: all })).slice(0, mostUnmet);
    case "view":
      if (unmet.length > 0) throw new TasukiError("contract_violation", `The view '${question.view}' can't read its files.`, { unmet });
      return JSON.parse(await answerView(pipeline, question.view, all));
  }
}
