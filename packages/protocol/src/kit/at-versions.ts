import { TasukiError } from "../messages/problem.ts";
import type { AnyArtifact } from "./define-artifact.ts";
import type { Pipeline } from "./define-pipeline.ts";
import type { AnyRole, Slot } from "./define-role.ts";

/** Versions by artifact name, which run.json pins. */
export type Versions = Readonly<Record<string, number>>;

/**
 * The artifact in the version that a run pins, or in the current one where the run pins none.
 * Throws `unknown_version` where that version is not read here.
 */
export function artifactAt<A extends AnyArtifact>(artifact: A, versions: Versions): A {
  const version = versions[artifact.name] ?? artifact.version;
  const found = artifact.at(version);
  if (found !== undefined) return found as A; // `at` gives the same artifact: its name, its values, whether there are many
  const known = artifact.versions.map((one) => one.version).join(", ");
  throw new TasukiError(
    "unknown_version",
    `The run uses ${artifact.name}@${version}; this release reads ${artifact.name} in ${known}: upgrade this node.`,
  );
}

/** The role over the files of a run's versions. Its check sees current values all the same. Throws `unknown_version`. */
export function roleAt(role: AnyRole, versions: Versions): AnyRole {
  const at = (slots: readonly Slot[]): readonly Slot[] =>
    slots.map((slot) => ("optional" in slot ? { optional: artifactAt(slot.optional, versions) } : artifactAt(slot, versions)));
  const feedback = role.feedback?.map((artifact) => artifactAt(artifact, versions));
  return { ...role, consumes: at(role.consumes), produces: at(role.produces), ...(feedback && { feedback }) };
}

/** The pipeline over the files of a run's versions. Throws `unknown_version`. */
export function pipelineAt(pipeline: Pipeline, versions: Versions): Pipeline {
  const { brief, sources } = pipeline.intake;
  return {
    ...pipeline,
    intake: { brief: artifactAt(brief, versions), ...(sources && { sources: artifactAt(sources, versions) }) },
    given: pipeline.given.map((artifact) => artifactAt(artifact, versions)),
    roles: pipeline.roles.map((role) => roleAt(role, versions)),
  };
}
