import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const Manifest = z.looseObject({ tasuki: z.looseObject({ role: z.string() }).optional() });

/** The programs of this repository by role: `<root>/apps/<name>/src/main.ts`, where the app's package.json says `tasuki.role`. */
export async function findApps(root: string): Promise<ReadonlyMap<string, string>> {
  const apps = new Map<string, string>();
  for (const { name } of (await readdir(join(root, "apps"), { withFileTypes: true })).filter((entry) => entry.isDirectory())) {
    const folder = join(root, "apps", name);
    const { tasuki } = Manifest.parse(JSON.parse(await readFile(join(folder, "package.json"), "utf8")));
    if (tasuki) apps.set(tasuki.role, join(folder, "src", "main.ts"));
  }
  return apps;
}
