import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { notes } from "@tasuki/protocol";
import { feedbackSlots, type StageWork, type WorkContext } from "../define/define-executor.ts";
import { finishStage, type StageToFinish } from "./finish-stage.ts";
import { readFolder } from "./read-folder.ts";
import { contractViolation, type StageResult } from "./stage-result.ts";

/** Loads the `work` of an app's module. Resolves with a sentence where the module can't be loaded, or exports no work. */
export async function loadWork(url: string): Promise<StageWork | string> {
  const name = url.slice(url.lastIndexOf("/") + 1);
  try {
    const { work }: { work?: unknown } = await import(url);
    return isStageWork(work) ? work : `${name} exports no 'work': export const work = defineExecutor(…)`;
  } catch (error) {
    const reason = withoutFolders(error instanceof Error ? error.message : String(error));
    const place = error instanceof Error ? placeOf(error) : undefined;
    return `${name} can't be loaded: ${reason}${place === undefined ? "" : ` (${place})`}`;
  }
}

/** Performs a stage by a work of an app, and finishes it. An exception of the work is a failed attempt. */
export async function performStage(work: StageWork, stage: StageToFinish, context: Pick<WorkContext, "progress">): Promise<StageResult> {
  const { files } = await readFolder(join(stage.folder, "in"), [...stage.role.consumes, ...feedbackSlots(stage.role), notes]);
  const noted = files.find(({ name }) => name === notes.file);
  const read = noted === undefined ? undefined : notes.read(Buffer.from(noted.bytes).toString("utf8"));
  let outputs: Awaited<ReturnType<StageWork["perform"]>>;
  try {
    outputs = await work.perform(files, {
      run: stage.run,
      notes: read?.ok === true ? read.value.notes : [],
      progress: (note) => context.progress(note),
    });
  } catch (error) {
    return { outcome: "failed", detail: `the executor of ${stage.role.name} failed: ${describeError(error)}`, files: [] };
  }
  if (!outputs.ok) return contractViolation(outputs.unmet);
  const out = join(stage.folder, "out");
  await rm(out, { recursive: true, force: true });
  await mkdir(out);
  for (const { name, bytes } of outputs.value) await writeFile(join(out, name), bytes);
  return finishStage(stage);
}

/** Text without the folders of the paths in it: what is said of an attempt leaves the machine. */
export function withoutFolders(text: string): string {
  return text.replaceAll(/(?:file:\/\/)?\/[^\s'"]*\//g, "");
}

function isStageWork(value: unknown): value is StageWork {
  return typeof value === "object" && value !== null && "role" in value && "perform" in value && typeof value.perform === "function";
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = placeOf(error);
  return place === undefined ? error.message : `${error.message} (${place})`;
}

/** Place in a source file where an error arose, `work.ts:3:12`, without the file's folder. */
function placeOf({ stack = "" }: Error): string | undefined {
  return /[^/\\(\s]+\.[cm]?[jt]s(?::\d+){1,2}/.exec(stack)?.[0];
}
