import type { Unmet } from "../messages/problem.ts";
import { type Pipeline, artifactsOf, roleOf } from "./define-pipeline.ts";
import { type CheckContext, optional } from "./define-role.ts";
import { gate } from "./gate.ts";
import { readDocuments } from "./read-documents.ts";
import type { StageFile } from "./read-text.ts";
import { filesOfSlots } from "./stage-files.ts";

export interface StagesToCheck {
  readonly stages: readonly string[];
  /** Producer of each stage's outputs, by stage. */
  readonly producers: Readonly<Record<string, CheckContext["producer"]>>;
  readonly files: readonly StageFile[];
}

/** Checks each file by its own contract, then the files of each named stage against each other. Returns all faults. */
export function checkStages(pipeline: Pipeline, { stages, producers, files }: StagesToCheck): readonly Unmet[] {
  const alone = readDocuments(artifactsOf(pipeline).map(optional), files);
  if (!alone.ok) return alone.unmet;
  const all = stages.flatMap((stage) => {
    const role = roleOf(pipeline, stage);
    if (role === undefined) return [unknownStage(stage, pipeline)];
    const inputs = readDocuments(role.consumes, filesOfSlots(role.consumes, files));
    const outputs = readDocuments(role.produces, filesOfSlots(role.produces, files));
    if (inputs.ok && outputs.ok) return gate(role, { inputs: inputs.value, outputs: outputs.value }, { producer: producers[stage] });
    return [...(inputs.ok ? [] : inputs.unmet), ...(outputs.ok ? [] : outputs.unmet)];
  });
  // A file that several stages read is reported once.
  return [...new Map(all.map((unmet) => [JSON.stringify(unmet), unmet])).values()];
}

function unknownStage(stage: string, { roles }: Pipeline): Unmet {
  return {
    file: stage,
    expected: `a stage of the pipeline: ${roles.map(({ name }) => name).join(", ")}`,
    got: stage,
    fix: "name one of these",
  };
}
