import { glob, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";

const Manifest = z.looseObject({ tasuki: z.looseObject({ role: z.string() }).optional() });

/** The programs of this repository by role: `<root>/apps/<name>/src/main.ts`, where the app's package.json says `tasuki.role`. */
export async function findApps(root: string): Promise<ReadonlyMap<string, string>> {
  const apps = new Map<string, string>();
  // A folder without a manifest is what git leaves of a role of another branch: its dependencies.
  for await (const path of glob("apps/*/package.json", { cwd: root })) {
    const { tasuki } = Manifest.parse(JSON.parse(await readFile(join(root, path), "utf8")));
    if (tasuki) apps.set(tasuki.role, join(root, dirname(path), "src", "main.ts"));
  }
  return apps;
}
