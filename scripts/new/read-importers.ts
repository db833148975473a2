import { glob, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { root } from "./apply.ts";

/** The sources, outside of these files and folders, that import one of them. All are paths from the root. */
export async function readImporters(paths: readonly string[]): Promise<string[]> {
  const isAmong = (path: string): boolean => paths.some((one) => path === one || path.startsWith(`${one}/`));
  const importers: string[] = [];
  for await (const path of glob("{apps,bench,examples,infra,packages,scripts,test}/**/*.ts", { cwd: root, exclude: ["**/node_modules"] }))
    if (!isAmong(path) && importedBy(path, await readFile(join(root, path), "utf8")).some(isAmong)) importers.push(path);
  return importers.sort();
}

// Every text that looks like a module: what a dynamic import or `import.meta.resolve` names counts as well.
function importedBy(path: string, source: string): string[] {
  return [...source.matchAll(/["'](\.{1,2}\/[^"']+\.ts|@tasuki\/contracts\/[^"']+)["']/g)].map(([, module = ""]) =>
    module.startsWith(".")
      ? join(dirname(path), module)
      : `${module.replace(/^@tasuki\/contracts\/artifacts\/(.*)$/, "packages/contracts/src/artifacts/$1/$1").replace("@tasuki/contracts", "packages/contracts/src")}.ts`,
  );
}
