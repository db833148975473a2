import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { artifactsOf, isFileOf, type Pipeline, TasukiError, type Unmet, viewNamed } from "@tasuki/protocol";
import { makeOwnFolder } from "@tasuki/store";
import { checkFolder } from "../consumer/work-folder.ts";
import type { Orchestrator } from "./orchestrator.ts";
import type { VerifyDeps } from "./verify.ts";

/**
 * Answers one of the pipeline's views of some files: they are written to a folder of their own and read there by a limited child process.
 * Rejects with `not_found`, `contract_violation` and `too_large`.
 */
export async function viewFiles(
  { checker, pipeline, data, clock, logger, newId }: Omit<VerifyDeps, "store">,
  { view, files }: Parameters<Orchestrator["view"]>[0],
  signal: AbortSignal,
): Promise<unknown> {
  viewNamed(pipeline, view);
  const named = files.map(({ name = pipeline.intake.brief.file, text }) => ({ name, text }));
  const unmet = unmetNames(
    pipeline,
    named.map(({ name }) => name),
  );
  if (unmet.length > 0) throw new TasukiError("contract_violation", `The view '${view}' can't read its files.`, { unmet });
  const attemptId = newId();
  const folder = checkFolder(data, attemptId);
  await makeOwnFolder(data, join(folder, "in"));
  try {
    for (const { name, text } of named) await writeFile(join(folder, "in", name), text, { flag: "wx" });
    const job = { folder, attemptId, pipeline, view };
    return await checker.view(job, { clock, logger, signal, progress: () => undefined });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Names that are of no artifact, or there twice: a file is only ever written under a name that its contract gives it. */
function unmetNames(pipeline: Pipeline, names: readonly string[]): Unmet[] {
  const artifacts = artifactsOf(pipeline);
  const known = artifacts.map(({ file }) => file).join(", ");
  return names.flatMap((name, at): Unmet[] => {
    const fix = `leave ${name} out, or give it another name of these`;
    if (names.indexOf(name) < at) return [{ file: name, expected: "each name once", got: "the name twice", fix }];
    const isKnown = artifacts.some(({ versions }) => versions.some((one) => isFileOf(one, name)));
    return isKnown ? [] : [{ file: name, expected: `only ${known}`, got: `a file ${name}`, fix }];
  });
}
