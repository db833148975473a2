import type { AnyArtifact } from "./define-artifact.ts";
import { artifactOf, type AnyRole, type ArtifactOf, type Slot } from "./define-role.ts";

type NameOfSlot<S extends Slot> = ArtifactOf<S>["name"];
type ConsumedBy<R extends AnyRole> = NameOfSlot<R["consumes"][number]>;
type ProducedBy<R extends AnyRole> = NameOfSlot<R["produces"][number]>;

/** Walks the roles in order, and stops at the first that doesn't fit with a sentence for the compiler to print. */
type Wired<Roles extends readonly AnyRole[], Available extends string, Seen extends string, Ports extends number> = Roles extends readonly [
  infer R extends AnyRole,
  ...infer Rest extends readonly AnyRole[],
]
  ? R["name"] extends Seen | "main"
    ? `role '${R["name"]}' is in the pipeline twice: give one of them another name`
    : R["port"] extends Ports
      ? `role '${R["name"]}' has port ${R["port"]}, which another role has: give it a free one`
      : Exclude<ConsumedBy<R>, Available> extends never
        ? Extract<ProducedBy<R>, Available> extends never
          ? Wired<Rest, Available | ProducedBy<R>, Seen | R["name"], Ports | R["port"]>
          : `role '${R["name"]}' produces '${Extract<ProducedBy<R>, Available>}', which is there already: each artifact has one producer`
        : `role '${R["name"]}' consumes '${Exclude<ConsumedBy<R>, Available>}', which nothing before it produces: add it to 'given', or put its producer earlier`
  : "wired";

type PipelineCheck<Given extends readonly AnyArtifact[], Roles extends readonly AnyRole[]> =
  Wired<Roles, Given[number]["name"], never, typeof mainPort> extends infer Verdict
    ? Verdict extends "wired"
      ? unknown
      : { readonly roles: Verdict }
    : never;

/** The port of main's bus; roles get the following ones. */
export const mainPort = 18100;

/** The relay as data: what main gives at the start, and the roles in their order. Main opens and closes every pipeline, and stands in none. */
export interface Pipeline<
  Given extends readonly AnyArtifact[] = readonly AnyArtifact[],
  Roles extends readonly AnyRole[] = readonly AnyRole[],
> {
  readonly given: Given;
  readonly roles: Roles;
}

/** Defines a linear pipeline. Wrong wiring does not compile, and the message names the role and the artifact. */
export function definePipeline<const Given extends readonly AnyArtifact[], const Roles extends readonly AnyRole[]>(
  definition: Pipeline<Given, Roles> & PipelineCheck<Given, Roles>,
): Pipeline<Given, Roles> {
  return { given: definition.given, roles: definition.roles };
}

/** The role of a name, if it is in the pipeline. `main` is in none. */
export function roleOf(pipeline: Pipeline, name: string): AnyRole | undefined {
  return pipeline.roles.find((role) => role.name === name);
}

/** The role that a stage's result goes to: the following one, or `main` after the last. */
export function nextRole(pipeline: Pipeline, stage: string): string {
  const at = pipeline.roles.findIndex((role) => role.name === stage);
  return pipeline.roles[at + 1]?.name ?? "main";
}

/** Every artifact of the pipeline: those given, then each role's outputs in order. */
export function artifactsOf(pipeline: Pipeline): readonly AnyArtifact[] {
  return [...pipeline.given, ...pipeline.roles.flatMap((role) => role.produces.map(artifactOf))];
}

/** The artifact of a name in the pipeline. */
export function artifactNamed(pipeline: Pipeline, name: string): AnyArtifact | undefined {
  return artifactsOf(pipeline).find((artifact) => artifact.name === name);
}

/**
 * What a `work` task for a role carries: everything given and produced before it that this role or a later one consumes.
 * The hop to main carries `run` and the last role's outputs.
 */
export function carriedTo(pipeline: Pipeline, stage: string): readonly AnyArtifact[] {
  const at = pipeline.roles.findIndex((role) => role.name === stage);
  if (at < 0)
    return [...pipeline.given.filter((artifact) => artifact.name === "run"), ...(pipeline.roles.at(-1)?.produces.map(artifactOf) ?? [])];
  const before = [...pipeline.given, ...pipeline.roles.slice(0, at).flatMap((role) => role.produces.map(artifactOf))];
  const wanted = new Set(pipeline.roles.slice(at).flatMap((role) => role.consumes.map((slot) => artifactOf(slot).name)));
  return before.filter((artifact) => wanted.has(artifact.name) || artifact.name === "run");
}
