// Process of a stage: does the app's work where that is asked for, then completes and judges the files in `out/`.
// Documents are read here, so that nothing that parses them shares a process with the bus.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { roleAt, roleOf } from "@tasuki/protocol";
import { loadPipeline } from "../define/load-pipeline.ts";
import { finishStage } from "./finish-stage.ts";
import { loadWork, performStage, withoutFolders } from "./perform-stage.ts";
import { readVersions } from "./read-folder.ts";
import { StageRequest, type StageResult } from "./stage-result.ts";

const request = StageRequest.parse(await json(process.stdin));
const progress = (note = ""): void => {
  process.stdout.write(`${note}\n`);
};

async function resultOf({ pipeline: from, role: name, work: module, ...stage }: StageRequest): Promise<StageResult> {
  const pipeline = await loadPipeline(from).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  if (typeof pipeline === "string") return misconfigured(withoutFolders(pipeline));
  const known = roleOf(pipeline, name);
  if (known === undefined) return misconfigured(`this program's pipeline has no role '${name}'`);
  const role = roleAt(known, await readVersions(join(stage.folder, "in")));
  if (module === undefined) return finishStage({ ...stage, role });
  const work = await loadWork(module);
  if (typeof work === "string") return misconfigured(work);
  if (work.role.name !== name) return misconfigured(`the app's work is that of role '${work.role.name}', not of '${name}'`);
  return performStage(work, { ...stage, role }, { progress });
}

function misconfigured(detail: string): StageResult {
  return { outcome: "misconfigured", detail, files: [] };
}

await writeFile(request.result, JSON.stringify(await resultOf(request)), { flag: "wx" });
