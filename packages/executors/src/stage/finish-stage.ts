import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type AnyRole,
  describeOutputs,
  type Documents,
  judgeStage,
  maxResultBytes,
  type Parsed,
  readDocuments,
  readResultNote,
  resultFile,
  type ResultNote,
  sha256Of,
  sortFiles,
  type StageFile,
  type Unmet,
} from "@tasuki/protocol";
import { readFolder, readPlainFile } from "./read-folder.ts";
import { contractViolation, type StageResult } from "./stage-result.ts";

export interface StageToFinish {
  readonly role: AnyRole;
  readonly run: string;
  /** Absolute path of the work folder, with `in/` and `out/`. */
  readonly folder: string;
  readonly producer: string;
  /** SHA-256 by name of the files in `in/` before a program that could change them was started. */
  readonly given?: Readonly<Record<string, string>> | undefined;
}

/**
 * Finishes a stage: the files in `out/` are completed, read by their contracts and put through the stage's gate; then the complete files
 * replace the drafts. Only a whole set of files that holds is a success.
 */
export async function finishStage({ role, run, folder, producer, given }: StageToFinish): Promise<StageResult> {
  const inputs = await readInputs(join(folder, "in"), { role, given });
  if (!inputs.ok) return contractViolation(inputs.unmet);
  const out = join(folder, "out");
  const found = await readDrafts(out, role);
  if (!found.ok) return { ...contractViolation(found.unmet), mendable: true };
  const { drafts, note } = found.value;
  const refusal = refusalOf(note);
  if (refusal) return refusal;
  if (drafts.length === 0) {
    const unmet = sortFiles(role.produces, []).unmet;
    return { outcome: "no-output", detail: "nothing was written to out/", unmet: [...unmet], mendable: true, files: [] };
  }

  const { collected } = note;
  const outputs = judgeStage(role, { inputs: inputs.value, drafts }, { run, producer, ...(collected && { collected }) });
  if (!outputs.ok) return { ...contractViolation(outputs.unmet), mendable: true };
  for (const { name, text } of Object.values(outputs.value).flat()) await replaceFile(join(out, name), text);
  return { outcome: "succeeded", ...describeOutputs(role, outputs.value) };
}

/** Inputs of a role in `in/`, read by their contracts. Files that only later roles consume are passed over. */
async function readInputs(folder: string, { role, given = {} }: Pick<StageToFinish, "role" | "given">): Promise<Parsed<Documents>> {
  const { files, unmet } = await readFolder(folder, role.consumes);
  const now = new Map(files.map(({ name, bytes }) => [name, sha256Of(bytes)]));
  const changed = Object.entries(given).flatMap(([name, sha256]) => (now.get(name) === sha256 ? [] : [changedInput(name)]));
  if (changed.length > 0 || unmet.length > 0) return { ok: false, unmet: [...unmet, ...changed] };
  return readDocuments(role.consumes, files);
}

function changedInput(file: string): Unmet {
  return { file, expected: "the input as it was given", got: "other bytes", fix: "leave in/ as it is; write to out/ only" };
}

interface Drafts {
  readonly drafts: readonly StageFile[];
  /** The author's note; empty where there is none. */
  readonly note: ResultNote;
}

/** Drafts in `out/`, and the author's note, which is none of them. Names are judged later, with the contracts. */
async function readDrafts(folder: string, role: AnyRole): Promise<Parsed<Drafts>> {
  const { files, others, unmet } = await readFolder(folder, role.produces);
  if (unmet.length > 0) return { ok: false, unmet };
  const extra = others.filter((name) => name !== resultFile).map((name) => ({ name, bytes: new Uint8Array() }));
  const drafts = [...files, ...extra];
  if (!others.includes(resultFile)) return { ok: true, value: { drafts, note: {} } };
  const note = readResultNote(await readPlainFile(join(folder, resultFile), maxResultBytes));
  return note.ok ? { ok: true, value: { drafts, note: note.value } } : note;
}

/** Refusal of an author whose note says that there is no result: it is believed. */
function refusalOf({ status, notes }: ResultNote): StageResult | undefined {
  if (status === "failed")
    return { outcome: "failed", detail: `${resultFile} says that the work failed: ${notes ?? "no reason given"}`, files: [] };
  return status === "needs-human"
    ? { outcome: "needs-human", detail: notes ?? "the author asks for a person, and gives no question", files: [] }
    : undefined;
}

async function replaceFile(path: string, text: string): Promise<void> {
  // A new file, so that a process that holds the draft open can't write into the file that was judged.
  await rm(path, { force: true });
  await writeFile(path, text, { flag: "wx" });
}
