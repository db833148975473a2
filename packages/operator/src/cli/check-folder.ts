import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  type AnyRole,
  artifactOf,
  artifactsOf,
  completeStage,
  gate,
  isFileOf,
  type Pipeline,
  pipelineAt,
  readDocuments,
  type StageFile,
  TasukiError,
  type Unmet,
  type Versions,
  versionsIn,
} from "@tasuki/contracts";
import { run, Run } from "@tasuki/contracts/artifacts/run";
import { z } from "zod";

export interface FolderCheck {
  /** The stages that were checked: files, then against each other. */
  readonly stages: readonly string[];
  /** Names that belong to no stage, in a folder that may hold others' files too. */
  readonly ignored: readonly string[];
  /** Stages whose inputs are not in the folder, so that only each file's own contract could be checked. */
  readonly alone: readonly string[];
  readonly unmet: readonly Unmet[];
}

/** An author's note, which is no file of a stage. */
const noteName = "result.json";
const Note = z.looseObject({
  collected: z.record(z.string(), z.looseObject({ origin: z.string(), fetched: z.string().optional() })).optional(),
});

/**
 * Checks a folder as the door of a relay would: either a stage's work folder with `in/` and `out/`, or all files of one or more stages side
 * by side. Drafts are completed first, in memory. Rejects with `not_found` where the folder has no file of any stage.
 */
export async function checkFolder(release: Pipeline, { folder, role }: { folder: string; role?: string }): Promise<FolderCheck> {
  const isWork = await stat(join(folder, "out")).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const given = isWork ? await readFiles(join(folder, "in")) : undefined;
  const made = await readFiles(isWork ? join(folder, "out") : folder);
  const pipeline = pipelineAt(release, versionsOf(given ?? made));
  const roles = pipeline.roles.filter((one) => (role === undefined ? made.some((file) => isMadeBy(one, file)) : one.name === role));
  if (roles.length === 0) throw nothingToCheck(pipeline, folder);
  const known = artifactsOf(pipeline);
  const strangers = made.filter(({ name }) => name !== noteName && !known.some((artifact) => isFileOf(artifact, name)));
  const checks = roles.map((one) => {
    // Whatever is in `out/` is handed in, and refused there if this stage does not make it.
    const drafts = isWork ? made.filter(({ name }) => name !== noteName) : made.filter((file) => isMadeBy(one, file));
    const inputs = (given ?? made).filter(({ name }) => one.consumes.some((slot) => isFileOf(artifactOf(slot), name)));
    return { role: one, ...checkStage(one, { inputs, drafts, note: noteOf(made) }) };
  });
  return {
    stages: checks.map((one) => one.role.name),
    ignored: isWork ? [] : strangers.map(({ name }) => name),
    alone: checks.filter(({ isAlone }) => isAlone).map((one) => one.role.name),
    unmet: checks.flatMap(({ unmet }) => unmet),
  };
}

/** Every file of a run is in the version that its run.json pins. */
function versionsOf(files: readonly StageFile[]): Versions {
  const found = files.find(({ name }) => name === run.file);
  return found === undefined ? {} : versionsIn(Buffer.from(found.bytes).toString("utf8"));
}

interface StageFiles {
  readonly inputs: readonly StageFile[];
  readonly drafts: readonly StageFile[];
  readonly note: z.infer<typeof Note>;
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
  const completed = completeStage(role, { inputs: read.value, drafts }, context);
  if (!completed.ok) return { unmet: completed.unmet, isAlone: false };
  const outputs = readDocuments(
    role.produces,
    completed.value.map(({ name, text }) => ({ name, bytes: Buffer.from(text, "utf8") })),
  );
  if (!outputs.ok) return { unmet: outputs.unmet, isAlone: false };
  return { unmet: gate(role, { inputs: read.value, outputs: outputs.value }, {}), isAlone: false };
}

function isMadeBy(role: AnyRole, { name }: StageFile): boolean {
  return role.produces.some((slot) => isFileOf(artifactOf(slot), name));
}

function noteOf(files: readonly StageFile[]): z.infer<typeof Note> {
  const note = files.find(({ name }) => name === noteName);
  if (note === undefined) return {};
  try {
    return Note.parse(JSON.parse(Buffer.from(note.bytes).toString("utf8")));
  } catch (cause) {
    throw new TasukiError("contract_violation", `${noteName} can't be read: mend it, or leave it out.`, { cause });
  }
}

async function readFiles(folder: string): Promise<StageFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new TasukiError("not_found", `The folder ${folder} can't be read.`, { cause });
  });
  const names = entries.filter((entry) => entry.isFile() && !entry.name.startsWith(".")).map(({ name }) => name);
  return Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })));
}

function nothingToCheck(pipeline: Pipeline, folder: string): TasukiError {
  const stages = pipeline.roles.map(({ name, produces }) => `${name}: ${produces.map((slot) => artifactOf(slot).file).join(", ")}`);
  return new TasukiError(
    "not_found",
    `No file of a stage is in ${folder}, by its name; nor is a stage named with --stage. The names are: ${stages.join("; ")}.`,
  );
}
