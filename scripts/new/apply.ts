import { execFile } from "node:child_process";
import { access, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import type { Files } from "./artifact-files.ts";

export const root = join(import.meta.dirname, "../..");
const run = promisify(execFile);

/** Writes files that are not there yet, formatted. Throws a sentence, and writes nothing, where one is there. */
export async function createFiles(files: Files): Promise<void> {
  for (const path of Object.keys(files)) if (await exists(path)) throw new Error(`${path} is there already; nothing is written.`);
  await writeFiles(files);
}

/** Writes files whole, formatted, whether they were there or not. */
export async function writeFiles(files: Files): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  await run(join(root, "node_modules/.bin/oxfmt"), Object.keys(files), { cwd: root });
}

/** Removes files and folders; resolves with those that were there. */
export async function removeFiles(paths: readonly string[]): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const path of paths) {
    if (!(await exists(path))) continue;
    await rm(join(root, path), { recursive: true });
    removed.push(path);
  }
  return removed;
}

/** Files at these paths that git has in no commit as they are; the paths themselves where this is no git repository. */
export async function readUnsaved(paths: readonly string[]): Promise<readonly string[]> {
  const there: string[] = [];
  for (const path of paths) if (await exists(path)) there.push(path);
  if (there.length === 0) return [];
  const asked = run("git", ["status", "--porcelain", "--untracked-files=all", "-z", "--", ...there], { cwd: root });
  const answer = await asked.catch(() => undefined);
  if (answer === undefined) return there;
  return answer.stdout.split("\0").flatMap((line) => (line === "" ? [] : [line.slice(3)]));
}

/** Brings what depends on the pipeline and on the list of apps up to date: the policy, the lockfile, the links to dependencies. */
export async function followUp(): Promise<void> {
  await run(process.execPath, [join(root, "scripts/policy.ts")], { cwd: root });
  const [command, ...args] = await findPnpm();
  // CI would refuse to change the lockfile, which is what is asked for here.
  await run(command, [...args, "install", "--no-frozen-lockfile", "--prefer-offline"], { cwd: root }).catch((error: unknown) => {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }; // of execFile's promise
    throw new Error(`the files are written, but 'pnpm install' failed; mend what it says, and run it again:\n${stdout}${stderr}`);
  });
}

/** The pnpm that runs this script; else the one that the repository names, by npx. */
async function findPnpm(): Promise<[command: string, ...args: string[]]> {
  const own = process.env["npm_execpath"] ?? "";
  if (own.includes("pnpm")) return /\.[cm]?js$/.test(own) ? [process.execPath, own] : [own];
  const { packageManager } = z
    .looseObject({ packageManager: z.string() })
    .parse(JSON.parse(await readFile(join(root, "package.json"), "utf8")));
  return ["npx", "-y", packageManager];
}

async function exists(path: string): Promise<boolean> {
  return access(join(root, path)).then(
    () => true,
    () => false,
  );
}
