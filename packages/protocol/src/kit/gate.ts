import type { Unmet } from "../messages/problem.ts";
import type { Document, Documents } from "./define-artifact.ts";
import { undecided } from "./describe-outputs.ts";
import { type AnyRole, artifactOf, type CheckContext, isOptional, type Slot } from "./define-role.ts";

/**
 * Runs the check of a role over files that keep their own contracts, and returns its faults, with those of a decision that nobody knows. Never throws: a check that does is itself
 * reported, for then nothing is known of the files.
 */
export function gate(
  role: AnyRole,
  stage: { readonly inputs: Documents; readonly outputs: Documents },
  context: CheckContext,
): readonly Unmet[] {
  try {
    const inputs = toFiles(role.consumes, stage.inputs);
    const outputs = toFiles(role.produces, stage.outputs);
    const unmet = [...inputs.unmet, ...outputs.unmet, ...undecided(role, stage.outputs)];
    // The role's slots are the types that its check takes, and toFiles has just shaped the documents by them.
    return unmet.length > 0 ? unmet : role.check(inputs.files as never, outputs.files as never, context);
  } catch (error) {
    return [
      {
        file: role.name,
        expected: `the check of ${role.name} to come to a result`,
        got: `an error of its own: ${error instanceof Error ? error.message : String(error)}`,
        fix: "report this as a bug of the check, with the files; no change to the files is known to help",
      },
    ];
  }
}

function toFiles(slots: readonly Slot[], documents: Documents): { files: Record<string, unknown>; unmet: Unmet[] } {
  const files: Record<string, Document | readonly Document[] | undefined> = {};
  const unmet: Unmet[] = [];
  for (const slot of slots) {
    const artifact = artifactOf(slot);
    const own = Object.hasOwn(documents, artifact.name) ? (documents[artifact.name] ?? []) : [];
    files[artifact.name] = artifact.many ? own : own[0];
    if (artifact.many || own.length === 1 || (own.length === 0 && isOptional(slot))) continue;
    unmet.push({
      file: artifact.file,
      expected: "exactly one file",
      got: own.length === 0 ? "no such file" : `${own.length} files`,
      fix: `give the stage one ${artifact.file}`,
    });
  }
  return { files, unmet };
}
