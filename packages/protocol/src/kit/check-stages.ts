import type { Unmet } from "../messages/problem.ts";
import { type Pipeline, artifactsOf, roleOf } from "./define-pipeline.ts";
import type { Documents } from "./define-artifact.ts";
import { type AnyRole, artifactOf, type CheckContext, optional } from "./define-role.ts";
import { describeOutputs } from "./describe-outputs.ts";
import { gate } from "./gate.ts";
import { readDocuments } from "./read-documents.ts";
import type { StageFile } from "./read-text.ts";
import { filesOfSlots } from "./stage-files.ts";

export interface StagesToCheck {
  readonly stages: readonly string[];
  /** Producer of each stage's outputs, by stage. */
  readonly producers: Readonly<Record<string, CheckContext["producer"]>>;
  /** Decision that the receipt over each stage's outputs says, by stage; none of a stage whose receipt says none. */
  readonly decisions: Readonly<Record<string, string>>;
  readonly files: readonly StageFile[];
}

/**
 * Checks each file by its own contract, then the files of each named stage against each other, and against the decision that its receipt says.
 * Returns all faults.
 */
export function checkStages(pipeline: Pipeline, { stages, producers, decisions, files }: StagesToCheck): readonly Unmet[] {
  const alone = readDocuments(artifactsOf(pipeline).map(optional), files);
  if (!alone.ok) return alone.unmet;
  const all = stages.flatMap((stage) => {
    const role = roleOf(pipeline, stage);
    if (role === undefined) return [unknownStage(stage, pipeline)];
    const inputs = readDocuments(role.consumes, filesOfSlots(role.consumes, files));
    const outputs = readDocuments(role.produces, filesOfSlots(role.produces, files));
    if (!inputs.ok || !outputs.ok) return [...(inputs.ok ? [] : inputs.unmet), ...(outputs.ok ? [] : outputs.unmet)];
    const unmet = gate(role, { inputs: inputs.value, outputs: outputs.value }, { producer: producers[stage] });
    return unmet.length > 0 ? unmet : decidedOtherwise(role, outputs.value, Object.hasOwn(decisions, stage) ? decisions[stage] : undefined);
  });
  // A file that several stages read is reported once.
  return [...new Map(all.map((unmet) => [JSON.stringify(unmet), unmet])).values()];
}

/** Fault of outputs in which another decision stands than their receipt says: a run goes by the receipt before main has the files. */
function decidedOtherwise(role: AnyRole, outputs: Documents, said: string | undefined): readonly Unmet[] {
  const { decision } = describeOutputs(role, outputs);
  if (decision === said) return [];
  const decides = role.produces.map(artifactOf).find((artifact) => artifact.decides !== undefined);
  return [
    {
      file: decides?.file ?? role.name,
      ...(decides?.decides !== undefined && { path: decides.decides.field }),
      expected: said === undefined ? "no decision, as its receipt says" : `'${said}', as its receipt says`,
      got: decision === undefined ? "no decision" : `'${decision}'`,
      fix: "do the stage again: its node has signed another decision than it wrote",
    },
  ];
}

function unknownStage(stage: string, { roles }: Pipeline): Unmet {
  return {
    file: stage,
    expected: `a stage of the pipeline: ${roles.map(({ name }) => name).join(", ")}`,
    got: stage,
    fix: "name one of these",
  };
}
