import { rm } from "node:fs/promises";
import { join } from "node:path";
import {
  type Attachment,
  artifactOf,
  type Checker,
  type Clock,
  type Logger,
  parseContractRef,
  parseRunFile,
  type Pipeline,
  pipelineAt,
  roleOf,
  type Unmet,
} from "@tasuki/contracts";
import { makeOwnFolder, type Store } from "@tasuki/store";
import { checkFolder } from "../consumer/work-folder.ts";
import type { FlowState } from "./run-flow.ts";

export interface VerifyDeps {
  readonly store: Pick<Store, "blobs">;
  readonly checker: Checker;
  readonly pipeline: Pipeline;
  /** The node's data folder. */
  readonly data: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
}

/**
 * Main's own check of stages: copies of what they read and wrote, in a folder of their own, checked in a limited child process.
 * An empty result means that everything holds.
 */
export async function verify(
  { store, checker, pipeline, data, clock, logger, newId }: VerifyDeps,
  state: FlowState,
  { stages, signal }: { readonly stages: readonly string[]; readonly signal: AbortSignal },
): Promise<readonly Unmet[]> {
  const attemptId = newId();
  const folder = checkFolder(data, attemptId);
  await makeOwnFolder(data, join(folder, "in"));
  try {
    for (const { name, sha256 } of filesOf(pipeline, state, stages)) await store.blobs.copyTo(sha256, join(folder, "in", name));
    // The checker reads the versions of the run out of the run.json beside the files; what is known here of them has to agree.
    const used = await pipelineOf(state, { store, pipeline });
    const producers = state.stages.flatMap(({ stage, producer }) => (producer === undefined ? [] : [[stage, producer] as const]));
    return await checker.check(
      { folder, attemptId, pipeline: used, stages, producers: Object.fromEntries(producers) },
      { clock, logger, signal, progress: () => undefined },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the stages consume and produce, of what main holds. */
function filesOf(pipeline: Pipeline, state: FlowState, stages: readonly string[]): Attachment[] {
  const roles = stages.flatMap((stage) => roleOf(pipeline, stage) ?? []);
  const wanted = new Set(["run", ...roles.flatMap((role) => [...role.consumes, ...role.produces].map((slot) => artifactOf(slot).name))]);
  const held = [...state.given, ...state.stages.flatMap((stage) => stage.outputs)];
  return held.filter(({ contract }) => wanted.has(parseContractRef(contract).name));
}

/** The pipeline in the versions of the run. */
async function pipelineOf(state: FlowState, { store, pipeline }: Pick<VerifyDeps, "store" | "pipeline">): Promise<Pipeline> {
  const run = state.given.find(({ contract }) => parseContractRef(contract).name === "run");
  return run === undefined ? pipeline : pipelineAt(pipeline, parseRunFile((await store.blobs.read(run.sha256)).toString("utf8")).versions);
}
