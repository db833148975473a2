import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  type AnyRole,
  artifactOf,
  artifactsOf,
  filesOfSlots,
  isFileOf,
  judgeStage,
  type Parsed,
  type Pipeline,
  pipelineAt,
  readDocuments,
  readResultNote,
  resultFile,
  type ResultNote,
  type StageFile,
  Run,
  systemCause,
  TasukiError,
  type Unmet,
  versionsOf,
} from "@tasuki/protocol";

export interface FolderCheck {
  /** The stages that were checked: each file, then all against each other. */
  readonly stages: readonly string[];
  /** Names of files that belong to no stage, in a folder that may hold others' files too. */
  readonly ignored: readonly string[];
  /** Stages whose inputs are not in the folder, so that only each file's own contract could be checked. */
  readonly alone: readonly string[];
  readonly unmet: readonly Unmet[];
}

/**
 * Checks a folder as a node's gate would: either a stage's work folder with `in/` and `out/`, or the files of one or more stages side by
 * side. Drafts are completed first, in memory. Rejects with `not_found` where the folder has no file of any stage.
 */
export async function checkFolder(release: Pipeline, { folder, role }: { folder: string; role?: string }): Promise<FolderCheck> {
  const isWork = await stat(join(folder, "out")).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const given = isWork ? await readFiles(join(folder, "in")) : undefined;
  const made = await readFiles(isWork ? join(folder, "out") : folder);
  const pipeline = pipelineAt(release, versionsOf(given ?? made));
  const roles = pipeline.roles.filter((one) => (role === undefined ? filesOfSlots(one.produces, made).length > 0 : one.name === role));
  if (roles.length === 0) throw nothingToCheck(pipeline, folder);
  const known = artifactsOf(pipeline);
  const strangers = made.filter(({ name }) => name !== resultFile && !known.some((artifact) => isFileOf(artifact, name)));
  const note = noteOf(made);
  const checks = roles.map((one) => {
    // Every file in `out/` is a draft: the gate refuses those that this stage does not make.
    const drafts = isWork ? made.filter(({ name }) => name !== resultFile) : filesOfSlots(one.produces, made);
    const inputs = filesOfSlots(one.consumes, given ?? made);
    return { role: one, ...checkStage(one, { inputs, drafts, note: note.ok ? note.value : {} }) };
  });
  return {
    stages: checks.map((one) => one.role.name),
    ignored: isWork ? [] : strangers.map(({ name }) => name),
    alone: checks.filter(({ isAlone }) => isAlone).map((one) => one.role.name),
    unmet: [...(note.ok ? [] : note.unmet), ...checks.flatMap(({ unmet }) => unmet)],
  };
}

interface StageFiles {
  readonly inputs: readonly StageFile[];
  readonly drafts: readonly StageFile[];
  readonly note: ResultNote;
}

function checkStage(role: AnyRole, { inputs, drafts, note }: StageFiles): { unmet: readonly Unmet[]; isAlone: boolean } {
  if (inputs.length === 0) {
    const alone = readDocuments(role.produces, drafts);
    return { unmet: alone.ok ? [] : alone.unmet, isAlone: true };
  }
  const read = readDocuments(role.consumes, inputs);
  if (!read.ok) return { unmet: read.unmet, isAlone: false };
  const run = Run.safeParse(read.value["run"]?.[0]?.value);
  const { collected } = note;
  const context = { run: run.success ? run.data.run : "", ...(collected && { collected }) };
  const outputs = judgeStage(role, { inputs: read.value, drafts }, context);
  return { unmet: outputs.ok ? [] : outputs.unmet, isAlone: false };
}

/** The note of the author beside the files; an empty one where there is none. */
function noteOf(files: readonly StageFile[]): Parsed<ResultNote> {
  const note = files.find(({ name }) => name === resultFile);
  return note === undefined ? { ok: true, value: {} } : readResultNote(note.bytes);
}

async function readFiles(folder: string): Promise<StageFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new TasukiError("not_found", `The folder ${folder} can't be read: ${systemCause(cause)}.`, { cause });
  });
  const names = entries.filter((entry) => entry.isFile() && !entry.name.startsWith(".")).map(({ name }) => name);
  const read = async (name: string): Promise<StageFile> => {
    const bytes = await readFile(join(folder, name)).catch((cause: unknown) => {
      throw new TasukiError("not_found", `${join(folder, name)} can't be read: ${systemCause(cause)}. Mend it, or move it elsewhere.`, {
        cause,
      });
    });
    return { name, bytes };
  };
  return Promise.all(names.map(read));
}

function nothingToCheck(pipeline: Pipeline, folder: string): TasukiError {
  const stages = pipeline.roles.map(({ name, produces }) => `${name}: ${produces.map((slot) => artifactOf(slot).file).join(", ")}`);
  return new TasukiError(
    "not_found",
    `No file of a stage is in ${folder}, by its name; nor is a stage named with --stage. The names are: ${stages.join("; ")}.`,
  );
}
