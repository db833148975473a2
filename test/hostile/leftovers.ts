import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { HostileRelay } from "./hostile-relay.ts";

/** Files that a node's data folder has by itself. */
const own =
  /^(?:node\.sqlite(?:-wal|-shm)?|config\.jsonc|blobs|blobs\/[0-9a-f]{2}|blobs\/unfinished|keys(?:\/.*)?|trust(?:\/.*)?|identity(?:\/.*)?|logs|logs\/node(?:\.[0-9])?\.jsonl|(?:bus|operator)\.sock|work)$/;
const blob = /^blobs\/([0-9a-f]{2})\/(\1[0-9a-f]{62})$/;

/** Leftovers of hostile requests on nodes that have ended: files and bytes that no row names, rows that have neither, tasks, and files elsewhere. */
export async function findLeftovers({ folder, data }: Pick<HostileRelay, "folder" | "data">): Promise<string[]> {
  const roles = ["main", "sg"];
  const beside = (await readdir(folder)).filter(
    (name) => ![...roles, ...roles.map((role) => `cwd-${role}`), "operator-secret"].includes(name),
  );
  const strayed = await Promise.all(
    roles.map(async (role) => (await readdir(join(folder, `cwd-${role}`))).map((name) => `cwd-${role}/${name}`)),
  );
  const within = await Promise.all(roles.map(async (role) => (await findInNode(data(role))).map((found) => `${role}: ${found}`)));
  return [...beside, ...strayed.flat(), ...within.flat()];
}

async function findInNode(data: string): Promise<string[]> {
  const names = await readdir(data, { recursive: true });
  const files = new Set(names.flatMap((name) => blob.exec(name)?.[2] ?? []));
  const others = names.filter((name) => !blob.test(name) && !own.test(name));
  using database = new DatabaseSync(join(data, "node.sqlite"), { readOnly: true });
  const column = (sql: string): string[] =>
    database
      .prepare(sql)
      .all()
      .map((row) => String(Object.values(row)[0]));
  const rows = new Set(column("SELECT sha256 FROM blob"));
  const large = column("SELECT sha256 FROM blob WHERE content IS NULL");
  return [
    ...others,
    ...[...files].filter((digest) => !rows.has(digest)).map((digest) => `the file of ${digest} has no row`),
    ...large.filter((digest) => !files.has(digest)).map((digest) => `the row of ${digest} has neither bytes nor a file`),
    ...column("SELECT id FROM content WHERE id NOT IN (SELECT content FROM blob WHERE content IS NOT NULL)").map(
      (id) => `the bytes of content ${id} have no row`,
    ),
    ...column("SELECT id FROM task").map((id) => `task ${id}`),
    ...column("SELECT id FROM outbox").map((id) => `outbox ${id}`),
    ...column("SELECT id FROM run").map((id) => `run ${id}`),
  ];
}
