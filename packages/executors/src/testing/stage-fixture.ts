import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AnyRole,
  artifactOf,
  type Documents,
  type Execution,
  type Executor,
  type ExecutorContext,
  type Job,
  readDocuments,
  type Slot,
  type StageFile,
  Run,
} from "@tasuki/protocol";
import { exampleRelay as relay } from "@tasuki/contracts/testing";

/** A work folder for tests, removed with `await using`. */
export interface StageFolder extends AsyncDisposable {
  readonly job: Job;
  /** Files that a correct author of the stage would write, by name. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Writes files below the work folder. */
  write(folder: string, files: Readonly<Record<string, string>>): Promise<void>;
}

/** Opens the work folder of a stage, from documents by artifact name: its inputs in `in/`, nothing in `out/`. */
export async function openStageFolder(role: AnyRole, documents: Documents): Promise<StageFolder> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-stage-"));
  const write: StageFolder["write"] = async (name, files) => {
    await mkdir(join(folder, name), { recursive: true });
    for (const [file, text] of Object.entries(files)) await writeFile(join(folder, name, file), text);
  };
  await write("in", textsOf(role.consumes, documents));
  await write("out", {});
  return {
    job: {
      task: randomUUID(),
      run: runOf(documents),
      epoch: 1,
      attempt: 1,
      attemptId: randomUUID(),
      folder,
      pipeline: relay,
      role,
      startToClose: 20_000,
      heartbeat: 20_000,
    },
    outputs: textsOf(role.produces, documents),
    write,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Texts of the documents that belong to slots, by file name. */
export function textsOf(slots: readonly Slot[], documents: Documents): Record<string, string> {
  const found = slots.flatMap((slot) => documents[artifactOf(slot).name] ?? []);
  return Object.fromEntries(found.map(({ name, text }) => [name, text]));
}

/** Context with the machine's clocks and a logger that says nothing. */
export function testContext(context: Partial<ExecutorContext> = {}): ExecutorContext {
  const silent = (): void => undefined;
  return {
    clock: { now: () => performance.timeOrigin + performance.now(), monotonic: () => performance.now() },
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    signal: new AbortController().signal,
    progress: silent,
    ...context,
  };
}

/** Does one stage. Resolves with its execution and the documents that the next stage gets. */
export async function doStage(
  executor: Executor,
  { role, documents }: { readonly role: AnyRole; readonly documents: Documents },
): Promise<{ execution: Execution; documents: Documents }> {
  await using stage = await openStageFolder(role, documents);
  const execution = await executor.execute(stage.job, testContext());
  const read = async (name: string): Promise<StageFile> => ({ name, bytes: await readFile(join(stage.job.folder, "out", name)) });
  const outputs = readDocuments(role.produces, await Promise.all(execution.files.map(({ name }) => read(name))));
  return { execution, documents: { ...documents, ...(outputs.ok && outputs.value) } };
}

function runOf(documents: Documents): string {
  return Run.parse(documents["run"]?.[0]?.value).run;
}
