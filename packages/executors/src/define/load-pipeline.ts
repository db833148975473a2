import { artifactsOf, contractDigests, type Pipeline, sha256Of, TasukiError } from "@tasuki/protocol";
import { z } from "zod";

/** Request to a child process for a pipeline: the module that exports it, and what the parent knows of it. */
export const PipelineRequest = z.object({
  /** File URL of the module. */
  module: z.string(),
  /** Names of the roles, in their order. */
  roles: z.array(z.string()),
  /** SHA-256 over the digests of all contracts, in every version. */
  contracts: z.string(),
});
export type PipelineRequest = z.infer<typeof PipelineRequest>;

/** Request for the same pipeline as this process has. */
export function toPipelineRequest(pipeline: Pipeline): PipelineRequest {
  return { module: pipeline.module, roles: rolesOf(pipeline), contracts: digestOf(pipeline) };
}

/**
 * Loads the pipeline that a module exports. Roles and contracts that are asked for must be the pipeline's: its files may have been changed
 * since the parent started. Rejects with `invalid_state`.
 */
export async function loadPipeline(request: Pick<PipelineRequest, "module"> & Partial<PipelineRequest>): Promise<Pipeline> {
  const { module, roles, contracts } = request;
  const exported: Record<string, unknown> = await import(module).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TasukiError("invalid_state", `The relay's module ${module} can't be loaded: ${reason}; mend it.`, { cause });
  });
  const pipeline = Object.values(exported)
    .filter(isPipeline)
    .find((one) => one.module === module);
  if (pipeline === undefined)
    throw new TasukiError(
      "invalid_state",
      `${module} exports no relay: export const relay = definePipeline({ module: import.meta.url, … })`,
    );
  const names = rolesOf(pipeline);
  if (roles !== undefined && roles.join() !== names.join())
    throw changed(module, `has the roles ${names.join(", ")}, and this node has started with ${roles.join(", ")}`);
  if (contracts !== undefined && contracts !== digestOf(pipeline))
    throw changed(module, "has other contracts than this node has started with");
  return pipeline;
}

function changed(module: string, difference: string): TasukiError {
  return new TasukiError("invalid_state", `The relay in ${module} ${difference}: start the node again.`);
}

function rolesOf({ roles }: Pipeline): string[] {
  return roles.map(({ name }) => name);
}

/** Digest of a pipeline's contracts. It is the same for the pipeline over the versions of a run, whose artifacts name all their versions. */
function digestOf(pipeline: Pipeline): string {
  const all = Object.entries(contractDigests(artifactsOf(pipeline))).sort(([one], [other]) => (one < other ? -1 : 1));
  return sha256Of(JSON.stringify(all));
}

function isPipeline(value: unknown): value is Pipeline {
  return typeof value === "object" && value !== null && "module" in value && "roles" in value && "given" in value && "intake" in value;
}
