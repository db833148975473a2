// Copies of this repository for tests that change it: the files that git knows or would take, dependencies from pnpm's store.
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

/** Copies, installs, and commits everything to a repository of its own. Rejects with what failed. */
export async function copyRepository(): Promise<RepositoryCopy> {
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
    await mkdir(bin);
    await writeFile(join(bin, "pnpm"), `#!/bin/sh\nexec npx -y pnpm@12.21.0 "$@"\n`, { mode: 0o755 });
    const { stdout } = await finish("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    // What is being edited beside this test may be gone by now.
    for (const path of stdout.split("\0").filter((one) => one !== ""))
      await cp(join(repository, path), join(root, path)).catch(() => undefined);
    const steps: string[][] = [
      ["pnpm", "install", "--frozen-lockfile", "--prefer-offline"],
      ["git", "init", "--quiet"],
      ["git", "add", "--all"],
      ["git", "-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "--quiet", "-m", "as it is"],
    ];
    for (const [command = "", ...args] of steps) await succeed(copy.run(command, ...args), [command, ...args].join(" "));
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
