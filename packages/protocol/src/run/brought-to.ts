import type { AnyArtifact } from "../kit/define-artifact.ts";
import type { AnyRole } from "../kit/define-role.ts";
import { carriedTo, type Pipeline, roleOf } from "../kit/define-pipeline.ts";
import { notes } from "./notes.ts";

/**
 * Artifacts that main's own `work` task for a role may bring: those that a hand-off carries, and what is said to the role's author with work that
 * is done again. Gates, grants and health know them from here.
 */
export function broughtTo(pipeline: Pipeline, stage: string): readonly AnyArtifact[] {
  const role = roleOf(pipeline, stage);
  return [...carriedTo(pipeline, stage), ...(role === undefined ? [] : toldTo(role))];
}

/** Artifacts that say something to a role's author, with work that is done again: its feedback, and the notes. No hand-off carries them. */
export function toldTo({ feedback = [] }: Pick<AnyRole, "feedback">): readonly AnyArtifact[] {
  return [...feedback, notes];
}
