import { hasErrorCode } from "@tasuki/protocol";
import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Logger, ForeignFile } from "@tasuki/protocol";
import { type AttachmentRow, isOwnFolder, plainFile, type Store, type TaskRow } from "@tasuki/store";
import { inputsOf, outputsOf, workOf } from "./run-files.ts";

// Number of files that are found: a folder full of them says no more than its first ones.
const shownAtMost = 100;

interface ForeignFilesDeps {
  /** Data folder of the node. */
  readonly folder: string;
  readonly store: Store;
  readonly logger: Logger;
}

/** Files that belong in a folder, and the task that they are of. */
interface Expected {
  readonly task: TaskRow | undefined;
  readonly files: readonly AttachmentRow[];
}

/**
 * Finds foreign files: those in `inbox/` or `artifacts/` that no task put there, or whose bytes were changed by hand. Each is logged once while
 * it lies there, with the command that does properly what was meant. Bytes are hashed once, and again only where the file system says that a
 * file was touched.
 */
export function createForeignFiles({ folder, store, logger }: ForeignFilesDeps): () => Promise<readonly ForeignFile[]> {
  const verified = new Map<string, string>();
  let logged = new Set<string>();
  const log = (files: readonly ForeignFile[]): void => {
    for (const { path, why, instead } of files)
      if (!logged.has(path)) logger.warn({ path, why, instead }, "a file was put in by hand; it has no effect: use the command instead");
    logged = new Set(files.map(({ path }) => path));
  };

  const expected = async (area: string, run: string, stageAndEpoch: string): Promise<Expected> => {
    const { tasks } = await store.statusOf({ run });
    const task = workOf(tasks).find(({ row: { payload } }) => `${payload.stage}.${payload.epoch}` === stageAndEpoch);
    if (task === undefined) return { task, files: [] };
    return { task: task.row, files: area === "inbox" ? inputsOf(task) : outputsOf(task) };
  };

  const judge = async (path: string, known: Map<string, Expected>): Promise<ForeignFile | undefined> => {
    const shown = relative(folder, path);
    const [area = "", run = "", stageAndEpoch = "", ...rest] = shown.split(sep);
    const place = join(area, run, stageAndEpoch);
    const { task, files } = known.get(place) ?? (await expected(area, run, stageAndEpoch));
    known.set(place, { task, files });
    const file = files.find(({ name }) => name === rest.join(sep));
    const instead = commandFor(task, shown);
    if (file === undefined) return { path: shown, why: "no task put it there: nobody reads it, and it was never handed over", instead };
    const stats = await lstat(path);
    const mark = `${file.sha256} ${marksOf(stats)}`;
    if (verified.get(path) === mark) return undefined;
    const same = stats.isFile() && stats.size === file.size && (await hashOf(path)) === file.sha256;
    if (!same) return { path: shown, why: `it is not what task ${task?.id} names any more: its bytes were changed by hand`, instead };
    verified.set(path, mark);
    return undefined;
  };

  const find = async (): Promise<readonly ForeignFile[]> => {
    const found: ForeignFile[] = [];
    const known = new Map<string, Expected>();
    for (const area of ["inbox", "artifacts"])
      for (const path of await filesIn(folder, area)) {
        if (found.length === shownAtMost) return found;
        const foreign = await judge(path, known).catch((error: unknown) => {
          // The file is gone since its folder was read, or is a link by now.
          if (hasErrorCode(error, "ENOENT", "ELOOP")) return undefined;
          throw error;
        });
        if (foreign !== undefined) found.push(foreign);
      }
    return found;
  };
  return async () => {
    const found = await find();
    log(found);
    return found;
  };
}

/** Command that does properly what was meant by a file: a new document begins a run, another result is a stage done again. */
function commandFor(task: TaskRow | undefined, path: string): string {
  if (task === undefined) return `tasuki run BRIEF ${path}`;
  const { run, stage } = task.payload;
  return `tasuki retry ${run}${stage === "main" ? "" : ` --from ${stage}`} --reason WHY`;
}

/** Files in a folder of the data folder, at any depth. Links are not followed (`readdir`'s own `recursive` does): what they lead to is not ours to list. */
async function filesIn(folder: string, area: string): Promise<string[]> {
  const root = join(folder, area);
  if (!(await isOwnFolder(folder, root))) return (await entriesOf(folder)).some(({ name }) => name === area) ? [root] : [];
  const found: string[] = [];
  const waiting = [root];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const entry of await entriesOf(at)) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else found.push(path);
    }
  }
  return found;
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    // The folder is gone since its name was read.
    if (hasErrorCode(error, "ENOENT")) return [];
    throw error;
  }
}

function marksOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [ino, size, mtimeMs, ctimeMs].join(" ");
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { flags: plainFile }), hash);
  return hash.digest("hex");
}
