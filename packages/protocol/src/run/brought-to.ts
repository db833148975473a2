import type { AnyArtifact } from "../kit/define-artifact.ts";
import type { AnyRole } from "../kit/define-role.ts";
import { artifactsOf, carriedTo, type Pipeline, roleOf } from "../kit/define-pipeline.ts";
import { notes } from "./notes.ts";

/** Every artifact whose files nodes bring each other: those of the pipeline, and the notes, which any relay has. */
export function artifactsOnWire(pipeline: Pipeline): readonly AnyArtifact[] {
  return [...artifactsOf(pipeline), notes];
}

/** Artifacts that a hand-off to a role may carry, or to main: those of the route, and to a role the notes to it and to later ones. */
export function handedTo(pipeline: Pipeline, stage: string): readonly AnyArtifact[] {
  return [...carriedTo(pipeline, stage), ...(roleOf(pipeline, stage) === undefined ? [] : [notes])];
}

/**
 * Artifacts that main's own `work` task for a role may bring: those that a hand-off carries, and the feedback of work that is done again. Gates,
 * grants and health know them from here.
 */
export function broughtTo(pipeline: Pipeline, stage: string): readonly AnyArtifact[] {
  return [...handedTo(pipeline, stage), ...(roleOf(pipeline, stage)?.feedback ?? [])];
}

/** Artifacts that say something to a role's author, with work that is done again: its feedback, and the notes. */
export function toldTo({ feedback = [] }: Pick<AnyRole, "feedback">): readonly AnyArtifact[] {
  return [...feedback, notes];
}
