import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { artifactsOf, optional, pipelineAt, sortFiles, TasukiError, versionsOf, viewNamed } from "@tasuki/protocol";
import { inCheckFolder } from "../consumer/work-folder.ts";
import type { Orchestrator } from "./orchestrator.ts";
import type { VerifyDeps } from "./verify.ts";

/**
 * Answers one of the pipeline's views of some files: they are written to a folder of their own and read there by a limited child process.
 * Rejects with `not_found`, `contract_violation` and `too_large`.
 */
export async function viewFiles(
  { checker, pipeline, store, data, clock, logger, newId }: Omit<VerifyDeps, "store" | "judge"> & Parameters<typeof inCheckFolder>[0],
  { view, files }: Parameters<Orchestrator["view"]>[0],
  signal: AbortSignal,
): Promise<unknown> {
  viewNamed(pipeline, view);
  const named = files.map(({ name = pipeline.intake.brief.file, text }) => ({ name, bytes: Buffer.from(text) }));
  // A file is only ever written under a name that its contract gives it.
  const { unmet } = sortFiles(artifactsOf(pipelineAt(pipeline, versionsOf(named))).map(optional), named);
  if (unmet.length > 0) throw new TasukiError("contract_violation", `The view '${view}' can't read its files.`, { unmet });
  return inCheckFolder({ store, data, newId }, async ({ folder, attemptId }) => {
    for (const { name, bytes } of named) await writeFile(join(folder, "in", name), bytes, { flag: "wx" });
    return checker.view({ folder, attemptId, pipeline, view }, { clock, logger, signal, progress: () => undefined });
  });
}
