import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Shortcut } from "@tasuki/contracts";
import { hasErrorCode } from "../files/durable.ts";
import { isOwnFolder } from "../files/own-folder.ts";
import { plainFile } from "../files/plain-file.ts";
import type { AttachmentRow, Store, TaskRow } from "../store.ts";
import { inputsOf, outputsOf, workOf } from "./run-files.ts";

// A folder full of them says no more than its first ones.
const shownAtMost = 100;

interface Expected {
  readonly task: TaskRow | undefined;
  readonly files: readonly AttachmentRow[];
}

/**
 * Finds what was put into `inbox/` or `artifacts/` by hand, and files there whose bytes were changed. Bytes are hashed once, and
 * again only where the file system says that a file was touched.
 */
export function createShortcuts({ folder, store }: { folder: string; store: Store }): () => Promise<Shortcut[]> {
  const verified = new Map<string, string>();

  /** What the store says of a folder: the task whose files belong there, and those files. */
  const expected = (area: string, run: string, stageAndEpoch: string): Expected => {
    const task = workOf(store, run).find(({ payload }) => `${payload.stage}.${payload.epoch}` === stageAndEpoch);
    if (task === undefined) return { task, files: [] };
    return { task, files: area === "inbox" ? inputsOf(store, task.id) : outputsOf(store, task.id) };
  };

  const judge = async (path: string, known: Map<string, Expected>): Promise<Shortcut | undefined> => {
    const shown = relative(folder, path);
    const [area = "", run = "", stageAndEpoch = "", ...rest] = shown.split(sep);
    const place = join(area, run, stageAndEpoch);
    const { task, files } = known.get(place) ?? expected(area, run, stageAndEpoch);
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

  return async () => {
    const found: Shortcut[] = [];
    const known = new Map<string, Expected>();
    for (const area of ["inbox", "artifacts"])
      for (const path of await filesIn(folder, area)) {
        if (found.length === shownAtMost) return found;
        const shortcut = await judge(path, known).catch((error: unknown) => {
          // Gone since the folder was read, or a link by now.
          if (hasErrorCode(error, "ENOENT", "ELOOP")) return undefined;
          throw error;
        });
        if (shortcut !== undefined) found.push(shortcut);
      }
    return found;
  };
}

/** A new document begins a run; another result is a stage done again, by whoever does that stage. */
function commandFor(task: TaskRow | undefined, path: string): string {
  if (task === undefined) return `tasuki run BRIEF ${path}`;
  const { run, stage } = task.payload;
  return `tasuki retry ${run}${stage === "main" ? "" : ` --from ${stage}`} --reason WHY`;
}

/** Everything in a folder of a data folder but folders. Links are not followed (as `readdir`'s own `recursive` does): what they lead to is not ours to list. */
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
    // Gone since its name was read.
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
