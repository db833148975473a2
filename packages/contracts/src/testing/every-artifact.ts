import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type AnyArtifact, notes } from "@tasuki/protocol";

const folder = join(import.meta.dirname, "../artifacts");

/**
 * Loads every artifact of this package, in a pipeline or not: the one that `artifacts/<name>/<name>.ts` exports under its name. The notes, which
 * any relay has, are the last.
 */
export async function everyArtifact(): Promise<readonly AnyArtifact[]> {
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  const artifacts = await Promise.all(
    names.map(async (name): Promise<AnyArtifact | undefined> => {
      const module: Record<string, unknown> = await import(pathToFileURL(join(folder, name, `${name}.ts`)).href);
      return Object.values(module)
        .filter(isArtifact)
        .find((artifact) => artifact.name === name);
    }),
  );
  return [...artifacts.filter((artifact) => artifact !== undefined), notes];
}

function isArtifact(value: unknown): value is AnyArtifact {
  return typeof value === "object" && value !== null && "name" in value && "versions" in value && "at" in value;
}
