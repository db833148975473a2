import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WorkContext, StageWork } from "../define/define-executor.ts";
import { finishStage, type StageToFinish } from "./finish-stage.ts";
import { placeOf } from "./place-of.ts";
import { readFolder } from "./read-folder.ts";
import type { StageResult } from "./stage-result.ts";
import { violated } from "./violated.ts";

/** Does a stage by one of our own functions, and finishes it. What the function throws is a failed attempt. */
export async function performStage(work: StageWork, stage: StageToFinish, context: Pick<WorkContext, "progress">): Promise<StageResult> {
  const { files } = await readFolder(join(stage.folder, "in"), stage.role.consumes);
  let outputs: Awaited<ReturnType<StageWork["perform"]>>;
  try {
    outputs = await work.perform(files, { run: stage.run, progress: (note) => context.progress(note) });
  } catch (error) {
    return { outcome: "failed", detail: `the executor of ${stage.role.name} failed: ${describeError(error)}`, files: [] };
  }
  if (!outputs.ok) return violated(outputs.unmet);
  const out = join(stage.folder, "out");
  await rm(out, { recursive: true, force: true });
  await mkdir(out);
  for (const { name, bytes } of outputs.value) await writeFile(join(out, name), bytes);
  return finishStage(stage);
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = placeOf(error);
  return place === undefined ? error.message : `${error.message} (${place})`;
}
