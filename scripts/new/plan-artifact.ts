import { type AnyArtifact, isFileOf, type Pipeline } from "@tasuki/protocol";
import { artifactFiles, type Files, type NewArtifact } from "./artifact-files.ts";
import { parseName, toCamel } from "./names.ts";

/** Everything that a new artifact needs. Throws a sentence where its name or its file is taken, or can't be one; nothing is written here. */
export function planArtifact(
  { name, file }: NewArtifact,
  { pipeline, artifacts }: { readonly pipeline: Pipeline; readonly artifacts: readonly AnyArtifact[] },
): Files {
  parseName(name, "an artifact");
  const [, first, version] = /^(.*)-([0-9]+)$/.exec(name) ?? [];
  if (first !== undefined)
    throw new Error(
      `'${name}' can't name an artifact: artifacts/${first}/${name}.ts is where version ${version} of an artifact '${first}' stays.`,
    );
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,123}\.(txt|md)$/.test(file)) throw new Error(`--file ${file}: a file name that ends in .txt or .md.`);
  const same = artifacts.find((artifact) => toCamel(artifact.name) === toCamel(name));
  if (same !== undefined) throw new Error(`there is an artifact '${same.name}' already, in files named ${same.file}.`);
  const other = artifacts.find((artifact) => artifact.versions.some((one) => isFileOf(one, file)));
  if (other !== undefined)
    throw new Error(`files named ${file} are those of artifact '${other.name}': pnpm new artifact ${name} --file NAME.txt|NAME.md`);
  if (pipeline.roles.some((role) => toCamel(role.name) === toCamel(name)))
    throw new Error(`a role and an artifact can't both be called '${name}'.`);
  return artifactFiles({ name, file });
}
