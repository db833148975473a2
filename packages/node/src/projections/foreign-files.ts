import { hasErrorCode } from "@tasuki/protocol";
import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Logger, ForeignFile } from "@tasuki/protocol";
import { type AttachmentRow, isOwnFolder, plainFile, type Store, type TaskFacts, type TaskRow } from "@tasuki/store";
import { inputsOf, outputsOf, workOf } from "./run-files.ts";

/** Runs whose tasks are read at once. */
const runsAtOnce = 256;
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
export function createForeignFiles({ folder, store, logger }: ForeignFilesDeps): (run?: string) => Promise<readonly ForeignFile[]> {
  const verified = new Map<string, string>();
  const logged = new Set<string>();
  const log = (files: readonly ForeignFile[], isLookedAt: (path: string) => boolean): void => {
    for (const { path, why, instead } of files)
      if (!logged.has(path)) logger.warn({ path, why, instead }, "a file was put in by hand; it has no effect: use the command instead");
    for (const path of logged) if (isLookedAt(path)) logged.delete(path);
    for (const { path } of files) logged.add(path);
  };

  /** Expected files, by their folder. */
  const expectedIn = async (runs: readonly string[]): Promise<ReadonlyMap<string, Expected>> => {
    const tasks: TaskFacts[] = [];
    for (let at = 0; at < runs.length; at += runsAtOnce) tasks.push(...(await store.tasksOf(runs.slice(at, at + runsAtOnce))));
    return new Map(
      workOf(tasks).flatMap((task): [string, Expected][] => {
        const { run, stage, epoch } = task.row.payload;
        const place = (area: string): string => join(area, run, `${stage}.${epoch}`);
        return [
          [place("inbox"), { task: task.row, files: inputsOf(task) }],
          [place("artifacts"), { task: task.row, files: outputsOf(task) }],
        ];
      }),
    );
  };

  const judge = async (path: string, expected: ReadonlyMap<string, Expected>): Promise<ForeignFile | undefined> => {
    const shown = relative(folder, path);
    const [area = "", run = "", stageAndEpoch = "", ...rest] = shown.split(sep);
    const { task, files } = expected.get(join(area, run, stageAndEpoch)) ?? { task: undefined, files: [] };
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

  const find = async (areas: readonly string[]): Promise<readonly ForeignFile[]> => {
    const found: ForeignFile[] = [];
    const paths = (await Promise.all(areas.map((area) => filesIn(folder, area)))).flat();
    const expected = await expectedIn([...new Set(paths.map((path) => relative(folder, path).split(sep)[1] ?? ""))]);
    for (const path of paths) {
      if (found.length === shownAtMost) return found;
      const foreign = await judge(path, expected).catch((error: unknown) => {
        // The file is gone since its folder was read, or is a link by now.
        if (hasErrorCode(error, "ENOENT", "ELOOP")) return undefined;
        throw error;
      });
      if (foreign !== undefined) found.push(foreign);
    }
    return found;
  };
  return async (run) => {
    const areas = ["inbox", "artifacts"].map((area) => (run === undefined ? area : join(area, run)));
    const found = await find(areas);
    log(found, (path) => areas.some((area) => path === area || path.startsWith(`${area}${sep}`)));
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
  if (!(await isOwnFolder(folder, root))) return (await entriesOf(dirname(root))).some(({ name }) => name === basename(root)) ? [root] : [];
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
