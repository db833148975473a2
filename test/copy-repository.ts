// Copies of this repository, of today or of a commit, for tests that change it or compare with it: dependencies from pnpm's store.
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { finish, type Finished, repository } from "./local-relay.ts";

export interface RepositoryCopy extends AsyncDisposable {
  readonly root: string;
  /** Runs a program in it to its end. `pnpm` is found, whether it is installed or not. */
  run(command: string, ...args: string[]): Promise<Finished>;
  /** Writes files by path from the root. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
}

/** Copies the files that git knows or would take, installs, and commits everything to a repository of its own. Rejects with what failed. */
export function copyRepository(): Promise<RepositoryCopy> {
  return openCopy(async (copy) => {
    const { stdout } = await finish("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    // A file that is being edited beside this test may be gone by now.
    for (const path of stdout.split("\0").filter((one) => one !== ""))
      await cp(join(repository, path), join(copy.root, path)).catch(() => undefined);
    for (const args of [
      ["init", "--quiet"],
      ["add", "--all"],
      ["-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "-m", "as it is"],
    ])
      await succeed(copy.run("git", ...args), `git ${args.join(" ")}`);
  });
}

/** True where the history that was fetched reaches back to a commit: a shallow clone's may not. */
export async function hasCommit(commit: string): Promise<boolean> {
  return (await finish("git", ["cat-file", "-e", `${commit}^{commit}`])).code === 0;
}

/** True where the history of this clone is cut off, or not there at all. */
export async function isShallow(): Promise<boolean> {
  const { code, stdout } = await finish("git", ["rev-parse", "--is-shallow-repository"]);
  return code !== 0 || stdout.trim() === "true";
}

/** The files of a commit, installed by its own lockfile. Rejects with what failed. */
export function copyCommit(commit: string): Promise<RepositoryCopy> {
  return openCopy(async ({ root }) => {
    const archive = join(root, "../commit.tar");
    await succeed(finish("git", ["archive", "--output", archive, commit]), `git archive ${commit}`);
    await succeed(finish("tar", ["--extract", "--file", archive, "--directory", root]), "tar");
  });
}

async function openCopy(fill: (copy: RepositoryCopy) => Promise<void>): Promise<RepositoryCopy> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-copy-"));
  const root = join(folder, "tasuki");
  const bin = join(folder, "bin");
  const copy: RepositoryCopy = {
    root,
    run: (command, ...args) => finish(command, args, { cwd: root, env: { PATH: `${bin}:${process.env["PATH"] ?? ""}` } }),
    async write(files) {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(root, path)), { recursive: true });
        await writeFile(join(root, path), text);
      }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
  try {
    await Promise.all([mkdir(bin), mkdir(root)]);
    await writeFile(join(bin, "pnpm"), `#!/bin/sh\nexec npx -y pnpm@12.21.0 "$@"\n`, { mode: 0o755 });
    await fill(copy);
    await succeed(copy.run("pnpm", "install", "--frozen-lockfile", "--prefer-offline"), "pnpm install");
  } catch (error) {
    await copy[Symbol.asyncDispose]();
    throw error;
  }
  return copy;
}

/** Resolves with what a program printed. Rejects where it ended with another code than 0. */
export async function succeed(finished: Promise<Finished>, what: string): Promise<string> {
  const { code, stdout, stderr } = await finished;
  if (code !== 0) throw new Error(`${what} ended with ${code}:\n${stdout}${stderr}`);
  return stdout + stderr;
}
