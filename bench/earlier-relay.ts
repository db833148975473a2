import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Driven } from "./drive-relay.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..");

/** Installs what a folder's lockfile names: out of the local store if that has all of it, else from the registry. */
export async function installLocked(folder: string): Promise<void> {
  const { packageManager } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { packageManager: string };
  const install = (...more: string[]) =>
    run("npx", ["-y", packageManager, "install", "--frozen-lockfile", ...more], { cwd: folder, env: { ...process.env, CI: "true" } });
  await install("--offline").catch(() => install());
}

/**
 * Starts the nodes of an earlier commit, by its own benchmark of the relay: its files are written to a temporary folder, with what its lockfile
 * names beside them. Rejects where the commit is not here.
 */
export async function startEarlierRelay(ref: string, roles: readonly string[]): Promise<Driven & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-bench-earlier-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const archive = `${folder}.tar`;
    await run("git", ["archive", "--output", archive, ref], { cwd: root });
    await run("tar", ["-xf", archive, "-C", folder]);
    await rm(archive);
    await installLocked(folder);
    const { startBenchRelay } = (await import(pathToFileURL(join(folder, "bench/bench-relay.ts")).href)) as {
      startBenchRelay: (roles: readonly string[]) => Promise<Driven & AsyncDisposable>;
    };
    const relay = await startBenchRelay(roles);
    return {
      ...relay,
      async [Symbol.asyncDispose]() {
        await relay[Symbol.asyncDispose]();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
