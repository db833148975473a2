import { join } from "node:path";
import {
  type Attachment,
  artifactOf,
  type Checker,
  type Clock,
  type Judge,
  type Logger,
  parseContractRef,
  type Pipeline,
  pipelineAt,
  roleOf,
  type Unmet,
} from "@tasuki/protocol";
import type { Store } from "@tasuki/store";
import type { FlowState } from "@tasuki/flow";
import { inCheckFolder } from "../consumer/work-folder.ts";

export interface VerifyDeps {
  readonly store: Pick<Store, "blobs" | "boot">;
  readonly checker: Checker;
  readonly judge: Judge;
  readonly pipeline: Pipeline;
  /** Data folder of the node. */
  readonly data: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
}

/**
 * Verifies stages by main's own check: their files are copied to a folder of their own, and checked there in a limited child process. An empty
 * result means that everything holds.
 */
export async function verify(
  { store, checker, judge, pipeline, data, clock, logger, newId }: VerifyDeps,
  state: FlowState,
  { stages, signal }: { readonly stages: readonly string[]; readonly signal: AbortSignal },
): Promise<readonly Unmet[]> {
  return inCheckFolder({ store, data, newId }, async ({ folder, attemptId }) => {
    for (const { name, sha256 } of filesOf(pipeline, state, stages)) await store.blobs.copyTo(sha256, join(folder, "in", name));
    // The checker reads the versions of the run out of the run.json among the files; those of this pipeline have to agree with it.
    const used = await pipelineOf(state, { store, pipeline, judge });
    const said = (field: "producer" | "decision"): Record<string, string> =>
      Object.fromEntries(state.stages.flatMap(({ stage, [field]: word }) => (word === undefined ? [] : [[stage, word]])));
    return checker.check(
      { folder, attemptId, pipeline: used, stages, producers: said("producer"), decisions: said("decision") },
      { clock, logger, signal, progress: () => undefined },
    );
  });
}

/** Files that the stages consume and produce, of those that main holds. */
function filesOf(pipeline: Pipeline, state: FlowState, stages: readonly string[]): Attachment[] {
  const roles = stages.flatMap((stage) => roleOf(pipeline, stage) ?? []);
  const wanted = new Set(["run", ...roles.flatMap((role) => [...role.consumes, ...role.produces].map((slot) => artifactOf(slot).name))]);
  const held = [...state.given, ...state.stages.flatMap((stage) => stage.outputs)];
  return held.filter(({ contract }) => wanted.has(parseContractRef(contract).name));
}

/** Pipeline in the versions of the run. */
async function pipelineOf(
  state: FlowState,
  { store, pipeline, judge }: Pick<VerifyDeps, "store" | "pipeline" | "judge">,
): Promise<Pipeline> {
  const run = state.given.find(({ contract }) => parseContractRef(contract).name === "run");
  if (run === undefined) return pipeline;
  const { versions } = await judge.plan({ ...run, by: "main", read: () => store.blobs.read(run.sha256) });
  return pipelineAt(pipeline, versions);
}
