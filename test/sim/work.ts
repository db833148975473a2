import { join } from "node:path";
import { artifactOf, type Checker, type Execution, type Executor, type Extractor, type Job, refOf, sha256Of } from "@tasuki/protocol";
import { inProcessChecker, inProcessExecutor, plainExtractor, type StageWork } from "@tasuki/node/testing";
import { never } from "./machine/boot.ts";
import { writeFile } from "./machine/fs-promises.ts";
import { setTimeout as delay } from "./machine/timers-promises.ts";
import { toText } from "./pipeline.ts";

/** Parts that a node works with: a role its executor, main its extractor and checker. */
export type Work = { readonly executor: Executor } | { readonly extractor: Extractor; readonly checker: Checker };

/**
 * Conduct of an attempt. Attempts that lie claim success: with a file that breaks its contract, one that fits nothing, a digest of
 * other bytes, another name, or no file at all.
 */
export type Conduct =
  | "honest"
  | "throws"
  | "hangs"
  | "rework"
  | "lies-format"
  | "lies-content"
  | "lies-digest"
  | "lies-name"
  | "lies-nothing";

/** Course of an attempt: how long it takes, milliseconds, and how it goes. */
export interface Attempted {
  readonly ms: number;
  readonly conduct: Conduct;
}

const producer = "simulated/1";

export function mainWork(): Work {
  return { extractor: plainExtractor(), checker: inProcessChecker() };
}

/** The work of a role. `attempt` is asked once for each. */
export function roleWork(attempt: (job: Job) => Attempted): Work {
  const honest =
    (decision?: string): StageWork =>
    ({ role, inputs }) => {
      const [before] = Object.entries(inputs).flatMap(([name, documents]) => (name === "run" || name === "source-text" ? [] : documents));
      return { [`${role}-result.txt`]: toText({ role, from: before?.sha256 ?? "", ...(decision !== undefined && { decision }) }) };
    };
  const executor: Executor = {
    name: producer,
    async execute(job, context) {
      const { ms, conduct } = attempt(job);
      await delay(ms, undefined, { signal: context.signal });
      switch (conduct) {
        case "honest":
          return inProcessExecutor(honest()).execute(job, context);
        case "rework":
          return inProcessExecutor(honest("rework")).execute(job, context);
        case "throws":
          throw new Error("the simulated executor throws");
        case "hangs":
          return never();
        case "lies-format":
        case "lies-content":
        case "lies-digest":
        case "lies-name":
        case "lies-nothing":
          return lie(job, conduct);
      }
    },
    sweep: async () => 0,
  };
  return { executor };
}

async function lie({ role, folder }: Job, conduct: Exclude<Conduct, "honest" | "rework" | "throws" | "hangs">): Promise<Execution> {
  const [slot] = role.produces;
  if (slot === undefined) throw new Error(`role ${role.name} produces nothing`);
  const artifact = artifactOf(slot);
  const text = conduct === "lies-format" ? "no result at all" : toText({ role: role.name, from: "0".repeat(64) });
  const name = conduct === "lies-name" ? `final-${artifact.file}` : artifact.file;
  await writeFile(join(folder, "out", name), text);
  const sha256 = sha256Of(conduct === "lies-digest" ? `${text}.` : text);
  const file = { name, contract: refOf(artifact), sha256, size: Buffer.byteLength(text) };
  return { outcome: "succeeded", producer, files: conduct === "lies-nothing" ? [] : [file] };
}
