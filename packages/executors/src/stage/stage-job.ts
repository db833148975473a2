// Job of a stage: does the app's work where that is asked for, then completes and judges the files in `out/`.
import { join } from "node:path";
import { roleAt, roleOf } from "@tasuki/protocol";
import { loadPipeline } from "../define/load-pipeline.ts";
import type { Perform } from "../supervise/child-channel.ts";
import { finishStage } from "./finish-stage.ts";
import { loadWork, performStage, withoutFolders } from "./perform-stage.ts";
import { readVersions } from "./read-folder.ts";
import { StageRequest, type StageResult } from "./stage-result.ts";

export const perform: Perform = async (request, { progress }): Promise<StageResult> => {
  const { pipeline: from, role: name, work: module, ...stage } = StageRequest.parse(request);
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
};

function misconfigured(detail: string): StageResult {
  return { outcome: "misconfigured", detail, files: [] };
}
