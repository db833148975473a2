import type { Executor } from "@tasuki/contracts";
import type { StageWork } from "./define/define-executor.ts";
import { embeddedProducer } from "./stage/create-embedded-executor.ts";
import { performStage } from "./stage/perform-stage.ts";

export { bestCoverage } from "./embedded/best-coverage.ts";
export { type EmbeddedRun, runInProcess } from "./embedded/run-in-process.ts";
export { type TriedWork, tryWork } from "./stage/try-work.ts";

/**
 * Does the work of each role in this process, through the same completion and gate as the children: for tests and benchmarks, which count
 * the relay and not the start of processes. Not for nodes.
 */
export function createInProcessExecutor(works: Readonly<Record<string, StageWork>>, { producer = embeddedProducer } = {}): Executor {
  return {
    name: producer,
    async execute({ run, folder, role }, context) {
      if (context.signal.aborted) return { outcome: "cancelled", producer, detail: "cancelled before it began", files: [] };
      const work = works[role.name];
      if (work === undefined) return { outcome: "misconfigured", producer, detail: `no work is given for role '${role.name}'`, files: [] };
      return { producer, ...(await performStage(work, { role, run, folder, producer }, context)) };
    },
    sweep: () => Promise.resolve(0),
  };
}
