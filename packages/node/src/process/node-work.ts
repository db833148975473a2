import { join } from "node:path";
import { type KeepsChildren, roleOf, TasukiError } from "@tasuki/protocol";
import { createRoleWorker } from "../consumer/role-worker.ts";
import type { Worker } from "../consumer/worker.ts";
import { createMain, type Main, type MainDeps } from "../orchestrator/main.ts";
import type { NodeOptions } from "./node.ts";

export interface NodeWork {
  readonly worker: Worker;
  /** Ends processes of an earlier boot that carry an attempt's id. */
  readonly sweep: (attemptId: string) => Promise<number>;
  /** Ends the children that earlier boots have left, resolves with how many there were, and keeps some ready from now on. Does so once. */
  readonly begin: () => Promise<number>;
  /** Ends the children that wait for work. */
  readonly end: () => Promise<void>;
  readonly main?: Main;
}

/** Work of a node: a role's stage, or main's intake and flow. Throws `invalid_state` where an executor, extractor or checker is missing. */
export function createNodeWork(deps: NodeOptions & Omit<MainDeps, "extractor" | "checker" | "node"> & { readonly node: string }): NodeWork {
  const { role: name, pipeline, executor, extractor, checker, store, data } = deps;
  const keeping = (all: readonly KeepsChildren[]): Pick<NodeWork, "begin" | "end"> => {
    const life = { node: store.instance, boot: store.boot, work: join(data, "work"), pipeline };
    let begun: Promise<number> | undefined;
    return {
      begin: () =>
        (begun ??= Promise.all(all.map(async (one) => (await one.begin?.(life)) ?? 0)).then((strays) =>
          strays.reduce((sum, each) => sum + each, 0),
        )),
      async end() {
        await Promise.all(all.map(async (one) => one.end?.()));
      },
    };
  };
  if (name === "main") {
    if (extractor === undefined || checker === undefined) throw new TasukiError("invalid_state", "main needs an extractor and a checker.");
    const main = createMain({ ...deps, extractor, checker });
    return { worker: main.worker, sweep: (attemptId) => extractor.sweep(attemptId), ...keeping([extractor, checker]), main };
  }
  const role = roleOf(pipeline, name);
  if (role === undefined)
    throw new TasukiError(
      "invalid_state",
      `'${name}' is no role of the pipeline: ${pipeline.roles.map((one) => one.name).join(", ")}, or main.`,
    );
  if (executor === undefined) throw new TasukiError("invalid_state", `The node of '${name}' needs an executor.`);
  return { worker: createRoleWorker({ ...deps, role, executor }), sweep: (attemptId) => executor.sweep(attemptId), ...keeping([executor]) };
}
