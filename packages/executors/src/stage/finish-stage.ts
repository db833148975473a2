import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AnyRole, describeOutputs, judgeStage, resultFile, type ResultNote, type Unmet } from "@tasuki/contracts";
import { readDrafts } from "./read-drafts.ts";
import { readInputs } from "./read-inputs.ts";
import type { StageResult } from "./stage-result.ts";
import { violated } from "./violated.ts";

export interface StageToFinish {
  readonly role: AnyRole;
  readonly run: string;
  /** Absolute path of the work folder, with `in/` and `out/`. */
  readonly folder: string;
  readonly producer: string;
  /** SHA-256 by name of what `in/` held at first, where somebody else has worked beside it. */
  readonly given?: Readonly<Record<string, string>> | undefined;
}

/**
 * Completes what is in `out/`, reads it by its contracts and puts it through the stage's gate; then the complete files replace the drafts.
 * Only a whole set of files that holds is a success.
 */
export async function finishStage({ role, run, folder, producer, given }: StageToFinish): Promise<StageResult> {
  const inputs = await readInputs(join(folder, "in"), { role, given });
  if (!inputs.ok) return violated(inputs.unmet);
  const out = join(folder, "out");
  const found = await readDrafts(out, role);
  if (!found.ok) return violated(found.unmet);
  const { drafts, note } = found.value;
  const refusal = refusalOf(note);
  if (refusal) return refusal;
  if (drafts.length === 0) return { outcome: "no-output", detail: "nothing was written to out/", files: [] };

  const { collected } = note;
  const outputs = judgeStage(role, { inputs: inputs.value, drafts }, { run, producer, ...(collected && { collected }) });
  if (!outputs.ok) return violated(outputs.unmet);
  for (const { name, text } of Object.values(outputs.value).flat()) await replaceFile(join(out, name), text);
  return { outcome: "succeeded", ...describeOutputs(role, outputs.value) };
}

/** An author who says in so many words that there is no result is believed. */
function refusalOf({ status, notes }: ResultNote): StageResult | undefined {
  if (status === "failed")
    return { outcome: "failed", detail: `${resultFile} says that the work failed: ${notes ?? "no reason given"}`, files: [] };
  if (status !== "needs-human") return undefined;
  // Trying again would ask the same question: a person has to act.
  const unmet: Unmet = {
    file: resultFile,
    path: "status",
    expected: "done",
    got: `needs-human: ${notes ?? "no reason given"}`,
    fix: "take the stage over, or settle what it asks for and retry",
  };
  return violated([unmet]);
}

async function replaceFile(path: string, text: string): Promise<void> {
  // A new file, so that nothing that holds the draft open writes into what was judged.
  await rm(path, { force: true });
  await writeFile(path, text, { flag: "wx" });
}
