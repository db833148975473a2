import { type AnyArtifact, artifactOf, notes, type Pipeline } from "@tasuki/protocol";
import { writeRelay } from "./write-relay.ts";

const contracts = "packages/contracts";

export interface Removal {
  /** Files and folders by path from the root; those that are not there are passed over. */
  readonly removed: readonly string[];
  /** Artifacts that only this role had. */
  readonly artifacts: readonly string[];
  /** The pipeline's file, whole. */
  readonly relay: string;
}

/**
 * Everything that goes with a role. Throws a sentence where another role consumes what it produces, or it is the last one. `files` are
 * those of the golden files' folder.
 */
export function planRemoval(
  name: string,
  { pipeline, files }: { readonly pipeline: Pipeline; readonly files: readonly string[] },
): Removal {
  const { roles, given } = pipeline;
  const role = roles.find((one) => one.name === name);
  if (role === undefined) throw new Error(`there is no role '${name}'; there are: ${roles.map((one) => one.name).join(", ")}.`);
  const rest = roles.filter((one) => one !== role);
  if (rest.length === 0) throw new Error(`'${name}' is the only role: a relay has one at least.`);
  const produced = role.produces.map(artifactOf);
  const artifacts = produced.map((artifact) => artifact.name);
  for (const other of rest)
    for (const slot of other.consumes)
      if (artifacts.includes(artifactOf(slot).name))
        throw new Error(
          `'${name}' can't go: '${other.name}' consumes its '${artifactOf(slot).name}'. Take that out of packages/contracts/src/roles/${other.name}.ts, or remove '${other.name}' first.`,
        );
  const own = [`apps/${name}`, `${contracts}/src/roles/${name}.ts`, `${contracts}/src/roles/${name}.test.ts`];
  return {
    removed: [...own, ...produced.flatMap((artifact) => filesOf(artifact, files))],
    artifacts,
    relay: writeRelay({ given: given.map((one) => one.name), roles: rest.map((one) => one.name) }),
  };
}

/**
 * Paths, from the root, that go with an artifact that no role produces. Throws a sentence where a role does, main gives it, or it is not
 * there.
 */
export function planArtifactRemoval(
  name: string,
  {
    pipeline,
    artifacts,
    files,
  }: { readonly pipeline: Pipeline; readonly artifacts: readonly AnyArtifact[]; readonly files: readonly string[] },
): readonly string[] {
  const artifact = artifacts.find((one) => one.name === name);
  if (artifact === undefined) throw new Error(`there is no artifact '${name}'; there are: ${artifacts.map((one) => one.name).join(", ")}.`);
  if (name === notes.name) throw new Error(`'${name}' can't go: any relay has it.`);
  if (pipeline.given.some((one) => one.name === name)) throw new Error(`'${name}' can't go: main gives it.`);
  const producer = pipeline.roles.find((role) => role.produces.some((slot) => artifactOf(slot).name === name));
  if (producer !== undefined)
    throw new Error(`'${name}' can't go: '${producer.name}' produces it, and pnpm new role ${producer.name} --remove takes it along.`);
  return filesOf(artifact, files);
}

function filesOf({ name }: AnyArtifact, goldens: readonly string[]): string[] {
  return [
    `${contracts}/src/artifacts/${name}`,
    ...goldens.filter((file) => file.split(".")[0] === name).map((file) => `${contracts}/fixtures/artifacts/${file}`),
  ];
}
