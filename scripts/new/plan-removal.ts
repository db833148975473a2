import { type AnyArtifact, artifactOf, type Pipeline } from "@tasuki/contracts";
import { writeRelay } from "./write-relay.ts";

export interface Removal {
  /** Files and folders by path from the root; those that are not there are passed over. */
  readonly removed: readonly string[];
  /** Artifacts that only this role had. */
  readonly artifacts: readonly string[];
  /** The pipeline's file, whole. */
  readonly relay: string;
}

/** What goes with a role. Throws a sentence where another role consumes what it produces, or it is the last one. `files` are those of the golden files' folder. */
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
  const contracts = "packages/contracts";
  const own = ({ name: artifact, versions }: AnyArtifact): string[] => [
    `${contracts}/src/artifacts/${artifact}.ts`,
    `${contracts}/src/artifacts/${artifact}.test.ts`,
    ...versions.map(({ version }) => `${contracts}/src/artifacts/${artifact}-${version}.ts`),
    ...files.filter((file) => file.split(".")[0] === artifact).map((file) => `${contracts}/fixtures/artifacts/${file}`),
  ];
  return {
    removed: [`apps/${name}`, `${contracts}/src/roles/${name}.ts`, `${contracts}/src/roles/${name}.test.ts`, ...produced.flatMap(own)],
    artifacts,
    relay: writeRelay({ given: given.map((one) => one.name), roles: rest.map((one) => one.name) }),
  };
}
