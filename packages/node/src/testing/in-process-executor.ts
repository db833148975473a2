import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  describeOutputs,
  type Documents,
  type Execution,
  type Executor,
  filesOfSlots,
  judgeStage,
  readDocuments,
  type Unmet,
} from "@tasuki/protocol";
import { readFiles } from "./read-files.ts";

/** Work that a test gives a role: makes texts by file name, complete or as drafts, out of its inputs. */
export type StageWork = (
  stage: { readonly run: string; readonly role: string; readonly attempt: number; readonly inputs: Documents; readonly folder: string },
  signal: AbortSignal,
) => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;

const producer = "test/1";

/** An executor that does the work in this process, through the same completion and gate as any other. */
export function inProcessExecutor(work: StageWork): Executor {
  return {
    name: producer,
    async execute(job, { signal }) {
      const { role, run, folder } = job;
      const inputs = readDocuments(role.consumes, filesOfSlots(role.consumes, await readFiles(join(folder, "in"))));
      if (!inputs.ok) return violated("the inputs break their contracts", inputs.unmet);
      const written = await work({ run, role: role.name, attempt: job.attempt, inputs: inputs.value, folder }, signal);
      const out = join(folder, "out");
      for (const [name, text] of Object.entries(written)) await writeFile(join(out, name), text);
      const outputs = judgeStage(role, { inputs: inputs.value, drafts: await readFiles(out) }, { run, producer });
      if (!outputs.ok) return violated("the outputs do not hold", outputs.unmet);
      for (const { name, text } of Object.values(outputs.value).flat()) await writeFile(join(out, name), text);
      return { outcome: "succeeded", producer, ...describeOutputs(role, outputs.value) };
    },
    sweep: async () => 0,
  };
}

function violated(detail: string, unmet: readonly Unmet[]): Execution {
  return { outcome: "contract-violation", producer, detail, unmet, files: [] };
}
