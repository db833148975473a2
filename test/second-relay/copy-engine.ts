// The engine and this folder, as they are, in a tree where the shipped relay does not exist: nothing of it can be loaded there.
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { repository } from "../local-relay.ts";

export interface EngineCopy extends AsyncDisposable {
  readonly root: string;
  /** The folders of its packages, from the root. */
  readonly packages: readonly string[];
  /** This folder, there. */
  readonly relay: string;
}

/** Copies the protocol, what the law calls the engine, and this folder. Third-party packages are those of the repository, which know none of its own. */
export async function copyEngine(): Promise<EngineCopy> {
  const root = await mkdtemp(join(tmpdir(), "tasuki-engine-"));
  const law = JSON.parse(await readFile(join(repository, "scripts/law/law.json"), "utf8")) as { engine: string[] };
  const names = ["protocol", ...law.engine];
  const packages = names.map((name) => `packages/${name}`);
  const own = `test/${basename(import.meta.dirname)}`;
  await mkdir(join(root, "node_modules/@tasuki"), { recursive: true });
  await Promise.all([
    ...[...packages, own].map((path) => cp(join(repository, path), join(root, path), { recursive: true, verbatimSymlinks: true })),
    ...names.map((name) => symlink(`../../packages/${name}`, join(root, "node_modules/@tasuki", name))),
    symlink(join(repository, "node_modules/.pnpm"), join(root, "node_modules/.pnpm")),
    symlink(join(repository, "node_modules/zod"), join(root, "node_modules/zod")),
  ]);
  return { root, packages, relay: join(root, own), [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}
