// Process that reads files which other machines made, to check them or to answer a view of them. Documents are never read in the bus's own
// process.
import { writeFile } from "node:fs/promises";
import { json } from "node:stream/consumers";
import { answerView, artifactsOf, checkStages, isTasukiError, pipelineAt, TasukiError, toProblem } from "@tasuki/protocol";
import { loadPipeline } from "../define/load-pipeline.ts";
import { readFolder, readVersions } from "../stage/read-folder.ts";
import { CheckRequest } from "./check-request.ts";

const request = CheckRequest.parse(await json(process.stdin));

/** Answer to the request's question, as JSON. */
async function answerOf({ pipeline: asked, question, from }: CheckRequest): Promise<string> {
  const pipeline = pipelineAt(await loadPipeline(asked), await readVersions(from));
  const { files, others, unmet } = await readFolder(from, artifactsOf(pipeline));
  const all = [...files, ...others.map((name) => ({ name, bytes: new Uint8Array() }))];
  switch (question.asks) {
    case "check":
      return JSON.stringify(unmet.length > 0 ? unmet : checkStages(pipeline, { ...question, files: all }));
    case "view":
      if (unmet.length > 0) throw new TasukiError("contract_violation", `The view '${question.view}' can't read its files.`, { unmet });
      return answerView(pipeline, question.view, all);
  }
}

function refusalOf(error: unknown): string {
  const known = isTasukiError(error) ? error : new TasukiError("internal", `Reading the files failed: ${String(error)}`);
  return JSON.stringify({ refused: toProblem(known) });
}

const result = await answerOf(request).then((answer) => `{"answer":${answer}}`, refusalOf);
await writeFile(request.result, result, { flag: "wx" });
