import { createReadStream } from "node:fs";
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { Envelope } from "@tasuki/protocol";
import { claimedReceipt } from "@tasuki/evidence";
import { taskOf } from "./world.ts";

/** Bytes of all files of a folder. One that is gone before it is looked at has none. */
export async function diskBytes(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(
    names.map((name) =>
      lstat(join(folder, name)).then(
        (found) => (found.isFile() ? found.size : 0),
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

export function logBytes(folder: string): Promise<number> {
  return diskBytes(join(folder, "logs"));
}

/** Characters of the longest line in the logs of a data folder. */
export async function longestLogLine(folder: string): Promise<number> {
  let longest = 0;
  for (const name of await readdir(join(folder, "logs")))
    for await (const line of createInterface({ input: createReadStream(join(folder, "logs", name)) }))
      longest = Math.max(longest, line.length);
  return longest;
}

/** Highest resident memory of a process so far, bytes. Source: proc(5). */
export async function peakBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
}

/** Messages that a node signed about one run, as a main whose process has ended keeps them. */
export interface KeptOfRun {
  readonly run: string;
  readonly isMains: boolean;
  readonly messages: number;
  readonly bytes: number;
}

/** Runs of which a node whose process has ended has done work, or waits to, and that nobody began. */
export function inventedRuns(data: string, begun: ReadonlySet<string>): readonly string[] {
  using database = new DatabaseSync(join(data, "node.sqlite"), { readOnly: true });
  const runs = database.prepare("SELECT DISTINCT run FROM task WHERE kind = 'work'").all();
  return runs.map(({ run }) => String(run)).filter((run) => !begun.has(run));
}

export function keptOfRuns(data: string, node: string): readonly KeptOfRun[] {
  using database = new DatabaseSync(join(data, "node.sqlite"), { readOnly: true });
  const runs = new Set(
    database
      .prepare("SELECT id FROM run")
      .all()
      .map(({ id }) => String(id)),
  );
  const kept = new Map<string, { messages: number; bytes: number }>();
  for (const row of database.prepare("SELECT run, body FROM envelope WHERE run IS NOT NULL").iterate()) {
    const envelope = Envelope.parse(JSON.parse(String(row["body"])));
    const signer = claimedReceipt(envelope)?.predicate.node ?? taskOf(envelope)?.fromNode;
    if (signer !== node) continue;
    const of = kept.get(String(row["run"])) ?? { messages: 0, bytes: 0 };
    kept.set(String(row["run"]), { messages: of.messages + 1, bytes: of.bytes + envelope.payload.length });
  }
  return [...kept].map(([run, of]) => ({ run, isMains: runs.has(run), ...of }));
}
