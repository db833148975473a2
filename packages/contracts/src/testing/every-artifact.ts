import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { AnyArtifact } from "../define-artifact.ts";

const folder = join(import.meta.dirname, "../artifacts");

/** Every artifact of this package, whether a pipeline has it or not: what `artifacts/<name>.ts` exports in camel case. */
export async function everyArtifact(): Promise<readonly AnyArtifact[]> {
  const names = readdirSync(folder).flatMap((file) => /^([a-z][a-z0-9-]*)\.ts$/.exec(file)?.[1] ?? []);
  const artifacts = await Promise.all(
    names.map(async (name): Promise<AnyArtifact | undefined> => {
      const module: Record<string, unknown> = await import(pathToFileURL(join(folder, `${name}.ts`)).href);
      return Object.values(module)
        .filter(isArtifact)
        .find((artifact) => artifact.name === name);
    }),
  );
  return artifacts.filter((artifact) => artifact !== undefined);
}

function isArtifact(value: unknown): value is AnyArtifact {
  return typeof value === "object" && value !== null && "name" in value && "versions" in value && "at" in value;
}
