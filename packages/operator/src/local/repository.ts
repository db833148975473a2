import { glob, readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Pipeline, TasukiError } from "@tasuki/protocol";
import { z } from "zod";

/** The root of this repository: `apps/`, and the documents of installed dependencies, are found below it. */
export const repository = join(import.meta.dirname, "../../../..");

const RootManifest = z.looseObject({ tasuki: z.looseObject({ relay: z.string().min(1) }) });
const AppManifest = z.looseObject({ tasuki: z.looseObject({ role: z.string() }).optional() });

/**
 * The relay of a repository: the pipeline that the module exports which `tasuki.relay` of its package.json names, relative to `root`.
 * Rejects with `not_found` where there is no such file, `invalid_state` where no pipeline comes of it.
 */
export async function loadRelay(root: string): Promise<Pipeline> {
  const path = join(root, "package.json");
  const manifest = RootManifest.safeParse(JSON.parse(await readFile(path, "utf8")));
  if (!manifest.success) throw new TasukiError("invalid_state", `${path} names no relay: "tasuki": { "relay": "./relay.ts" } would.`);
  return loadRelayFrom(join(root, manifest.data.tasuki.relay));
}

/** The pipeline that a module's file exports. Rejects with `not_found`, `invalid_state`. */
export async function loadRelayFrom(path: string): Promise<Pipeline> {
  // A module knows itself by the path behind all links.
  const file = await realpath(path).catch((cause: unknown) => {
    throw new TasukiError("not_found", `The relay's module ${path} can't be read.`, { cause });
  });
  // The executors are loaded here, because most commands need no relay.
  const { loadPipeline } = await import("@tasuki/executors/load-pipeline");
  return loadPipeline({ module: pathToFileURL(file).href });
}

/** The apps of a repository by role: `<root>/apps/<name>/src/main.ts`, where the app's package.json says `tasuki.role`. */
export async function findApps(root: string): Promise<ReadonlyMap<string, string>> {
  const apps = new Map<string, string>();
  // A folder without a manifest is what git leaves of a role of another branch: its dependencies.
  for await (const path of glob("apps/*/package.json", { cwd: root })) {
    const { tasuki } = AppManifest.parse(JSON.parse(await readFile(join(root, path), "utf8")));
    if (tasuki) apps.set(tasuki.role, join(root, dirname(path), "src", "main.ts"));
  }
  return apps;
}
