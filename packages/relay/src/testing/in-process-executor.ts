import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type AnyRole,
  artifactOf,
  type Documents,
  type Execution,
  type Executor,
  gate,
  isFileOf,
  type Job,
  completeStage,
  readDocuments,
  refOf,
  type Slot,
  type StageFile,
  type Unmet,
} from "@tasuki/contracts";

/** What a test lets a role do: texts by file name, complete or as drafts, out of its inputs. */
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
      const inputs = readDocuments(job.role.consumes, await filesOf(job, "in", job.role.consumes));
      if (!inputs.ok) return violated("the inputs break their contracts", inputs.unmet);
      const written = await work(
        { run: job.run, role: job.role.name, attempt: job.attempt, inputs: inputs.value, folder: job.folder },
        signal,
      );
      for (const [name, text] of Object.entries(written)) await writeFile(join(job.folder, "out", name), text);
      return judge(job, inputs.value, job.role);
    },
    sweep: async () => 0,
  };
}

async function judge(job: Job, inputs: Documents, role: AnyRole): Promise<Execution> {
  const drafts = await filesOf(job, "out");
  const completed = completeStage(role, { inputs, drafts }, { run: job.run });
  if (!completed.ok) return violated("the outputs can't be completed", completed.unmet);
  for (const { name, text } of completed.value) await writeFile(join(job.folder, "out", name), text);
  const outputs = readDocuments(role.produces, await filesOf(job, "out"));
  if (!outputs.ok) return violated("the outputs break their contracts", outputs.unmet);
  const unmet = gate(role, { inputs, outputs: outputs.value }, { producer });
  if (unmet.length > 0) return violated("the outputs do not fit the inputs", unmet);
  const documents = Object.values(outputs.value).flat();
  const artifacts = role.produces.map(artifactOf);
  const files = documents.flatMap(({ name, sha256, size }) => {
    const artifact = artifacts.find((one) => isFileOf(one, name));
    return artifact === undefined ? [] : [{ name, contract: refOf(artifact), sha256, size }];
  });
  const decided = documents.map(({ value }) => value).find((value) => typeof value === "object" && value !== null && "decision" in value);
  return {
    outcome: "succeeded",
    producer,
    files,
    ...(decided !== undefined && { decision: String(decided.decision) }),
  };
}

/** Files of a folder; with `slots`, only those that belong to them: a stage carries more than it reads. */
async function filesOf({ folder }: Pick<Job, "folder">, part: "in" | "out", slots?: readonly Slot[]): Promise<StageFile[]> {
  const names = (await readdir(join(folder, part))).filter(
    (name) => slots === undefined || slots.some((slot) => isFileOf(artifactOf(slot), name)),
  );
  return Promise.all(names.sort().map(async (name) => ({ name, bytes: await readFile(join(folder, part, name)) })));
}

function violated(detail: string, unmet: readonly Unmet[]): Execution {
  return { outcome: "contract-violation", producer, detail, unmet, files: [] };
}
