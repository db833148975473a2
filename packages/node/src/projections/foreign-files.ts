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
/** Files of one area that a look at the whole node goes through, those of the newest runs: a node keeps the files of all its history. */
const filesAtMost = 10_000;

interface ForeignFilesDeps {
  /** Data folder of the node. */
  readonly folder: string;
  readonly store: Store;
  readonly logger: Logger;
  /** Files of one area that one look goes through. */
  readonly most?: number;
}

/** Files that belong in a folder, and the task that they are of. */
interface Expected {
  readonly task: TaskRow | undefined;
  readonly files: readonly AttachmentRow[];
}

/**
 * Finds foreign files: those in `inbox/` or `artifacts/` that no task put there, or whose bytes were changed by hand. Each is logged once while
 * it lies there, with the command that does properly what was meant. Bytes are hashed once, and again only where the file system says that a
 * file was touched. A look goes through 10,000 files of each area at most, and looks at the whole node that come together are one.
 */
export function createForeignFiles({
  folder,
  store,
  logger,
  most = filesAtMost,
}: ForeignFilesDeps): (run?: string) => Promise<readonly ForeignFile[]> {
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
    // The file that was verified the longest ago is forgotten: it would be hashed once more.
    verified.delete(path);
    const [oldest] = verified.size < 2 * most ? [] : verified.keys();
    if (oldest !== undefined) verified.delete(oldest);
    verified.set(path, mark);
    return undefined;
  };

  const find = async (areas: readonly string[]): Promise<readonly ForeignFile[]> => {
    const found: ForeignFile[] = [];
    const paths = (await Promise.all(areas.map((area) => filesIn(folder, area, most)))).flat();
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
  const look = async (run: string | undefined): Promise<readonly ForeignFile[]> => {
    const areas = ["inbox", "artifacts"].map((area) => (run === undefined ? area : join(area, run)));
    const found = await find(areas);
    log(found, (path) => areas.some((area) => path === area || path.startsWith(`${area}${sep}`)));
    return found;
  };
  let whole: Promise<readonly ForeignFile[]> | undefined;
  return (run) => (run === undefined ? (whole ??= look(run).finally(() => (whole = undefined))) : look(run));
}

/** Command that does properly what was meant by a file: a new document begins a run, another result is a stage done again. */
function commandFor(task: TaskRow | undefined, path: string): string {
  if (task === undefined) return `tasuki run BRIEF ${path}`;
  const { run, stage } = task.payload;
  return `tasuki retry ${run}${stage === "main" ? "" : ` --from ${stage}`} --reason WHY`;
}

/** Files in a folder of the data folder, at any depth, and at most so many: names that are the last in order come first, as runs that are new. Links are not followed (`readdir`'s own `recursive` does): what they lead to is not ours to list. */
async function filesIn(folder: string, area: string, most: number): Promise<string[]> {
  const root = join(folder, area);
  if (!(await isOwnFolder(folder, root))) return (await entriesOf(dirname(root))).some(({ name }) => name === basename(root)) ? [root] : [];
  const found: string[] = [];
  const waiting = [root];
  for (let at = waiting.pop(); at !== undefined && found.length < most; at = waiting.pop()) {
    for (const entry of (await entriesOf(at)).sort((one, other) => (one.name < other.name ? -1 : 1))) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else found.push(path);
    }
  }
  return found.slice(0, most);
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
