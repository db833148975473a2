import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type AnyRole,
  clipClocks,
  clocksOfStage,
  type Clock,
  type Executor,
  isFileOf,
  type Job,
  type Judge,
  type Logger,
  nextInRoute,
  type Note,
  notes,
  outcomes,
  type Pipeline,
  pipelineAt,
  roleAt,
  type RunPlan,
} from "@tasuki/protocol";
import type { Claimed, Store } from "@tasuki/store";
import { type Notary, type Seal, taskSubjects } from "@tasuki/evidence";
import { executeWithin } from "./execute-within.ts";
import { createHandOff } from "./hand-off.ts";
import { publishOutputs } from "./publish-outputs.ts";
import { watchSilence } from "./watch-silence.ts";
import type { Attempt, Performed, Worker } from "./worker.ts";

export interface RoleWorkerDeps {
  readonly store: Store;
  readonly notary: Notary;
  readonly pipeline: Pipeline;
  readonly role: AnyRole;
  readonly executor: Executor;
  readonly judge: Judge;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newId: () => string;
}

/** Milliseconds of silence after which an attempt is told to be silent, at most. */
const toldAfterMs = 30_000;

/** Worker of a role: the executor does the stage, its outputs are published, and the hand-off to the next role is committed with them. */
export function createRoleWorker(deps: RoleWorkerDeps): Worker {
  const { executor, clock, logger, judge } = deps;
  return {
    async perform(claimed, attempt) {
      const { row } = claimed;
      const path = join(attempt.folder, "in", "run.json");
      const { size } = await stat(path);
      const run = await judge.plan({ name: "run.json", size, by: row.from, read: () => readFile(path) });
      // Every file of the run is in the version that was pinned at intake, whatever this release writes by itself.
      const role = roleAt(deps.role, run.versions);
      const clocks = clocksOfStage(run, row.payload.stage);
      if (clipClocks(run.clocks) !== run.clocks)
        logger.warn({ run: run.run, asked: run.clocks, clocks }, "the clocks of a run are longer than any may be; they are clipped");
      const { startToClose, heartbeat } = clocks;
      const said = await notesIn(claimed, attempt);
      const told = said.filter(({ to }) => to === row.payload.stage);
      if (told.length < said.length) await keepOwnNotes(attempt, row.payload.run, told);
      const job: Job = {
        task: row.id,
        run: row.payload.run,
        epoch: row.payload.epoch,
        attempt: claimed.attempt,
        attemptId: attempt.attemptId,
        folder: attempt.folder,
        pipeline: pipelineAt(deps.pipeline, run.versions),
        role,
        ...(told.length > 0 && { notes: told }),
        startToClose,
        heartbeat,
      };
      await writeJobFiles(claimed, job);
      using silence = watchSilence(deps, claimed, Math.min(heartbeat, toldAfterMs));
      const progress = (note?: string): void => {
        silence.sign();
        attempt.progress(note);
      };
      const context = { clock, logger, progress };
      const execution = await executeWithin(executor, job, { ...context, signal: attempt.signal });
      if (!outcomes[execution.outcome].good) {
        const { outcome, detail = `the executor ended with '${outcome}' and said no more`, unmet } = execution;
        return { failure: { outcome, detail, ...(unmet && { unmet }) } };
      }
      const published = await publishOutputs({ ...deps, role, folder: attempt.folder }, execution.files);
      if ("failure" in published) return published;
      return produced(deps, { claimed, run, said, execution, ...published });
    },
  };
}

/** Notes that came with a task: to its author, and to those of later stages. The door has read them by their contract. */
async function notesIn({ inputs }: Claimed, { folder }: Attempt): Promise<readonly Note[]> {
  const file = inputs.find(({ name }) => name === notes.file);
  const read = file && notes.read(await readFile(join(folder, "in", file.name), "utf8"));
  return read?.ok === true ? read.value.notes : [];
}

/** Leaves in `in/` what is said to the stage's own author. */
async function keepOwnNotes({ folder }: Attempt, run: string, told: readonly Note[]): Promise<void> {
  const path = join(folder, "in", notes.file);
  await rm(path);
  if (told.length > 0) await writeFile(path, notes.write({ run, notes: [...told] }), { flag: "wx", mode: 0o400 });
}

type Produced = Extract<Awaited<ReturnType<typeof publishOutputs>>, { outputs: unknown }>;

function produced(
  deps: RoleWorkerDeps,
  {
    claimed,
    run,
    said,
    execution,
    outputs,
    blobs,
  }: Produced & { claimed: Claimed; run: RunPlan; said: readonly Note[]; execution: Awaited<ReturnType<Executor["execute"]>> },
): Performed {
  const { row } = claimed;
  const { producer, outcome, decision, direction, detail } = execution;
  const { run: id, stage, epoch } = row.payload;
  const facts = {
    run: id,
    stage,
    task: row.id,
    epoch,
    attempt: claimed.attempt,
    state: "produced" as const,
    producer,
    outcome,
    ...(decision !== undefined && { decision }),
    ...(direction !== undefined && { direction }),
    ...(detail !== undefined && { text: { code: outcome, text: detail } }),
    subjects: taskSubjects({ attachments: outputs }, row.digest),
  };
  // A result that sends the work back, or nobody knows where, is not handed on: main decides what is done again.
  const goesOn = decision === undefined ? direction !== "back" : direction === "forward";
  const next = goesOn ? nextInRoute(run, stage) : undefined;
  const toldOn = said.some(({ to }) => isLater(run, to, stage));
  const handOff =
    next && createHandOff(deps, { claimed, outputs, next, toldOn, scheduleToClose: clocksOfStage(run, next).scheduleToClose });
  const sealAfter = (prev: string): Seal =>
    handOff ? deps.notary.handOff({ ...facts, prev }, handOff) : deps.notary.receipt({ ...facts, prev });
  // A commit that is made again asks again: what follows from the same receipt is signed once.
  let made: { readonly prev: string; readonly seal: Seal } | undefined;
  return {
    completion: { state: "produced", outputs, blobs },
    seal({ lastReceipt: prev }) {
      if (made?.prev !== prev) made = { prev, seal: sealAfter(prev) };
      return made.seal;
    },
  };
}

function isLater({ route }: RunPlan, stage: string, other: string): boolean {
  const place = (name: string): number => route.findIndex(({ role }) => role === name);
  return place(stage) > place(other);
}

/** Writes the files of a job that an executor reads first, next to `in/` and `out/`: `task.json` and the brief. */
async function writeJobFiles(
  { row, inputs }: Claimed,
  { folder, pipeline, role, attempt, notes: noted, startToClose, heartbeat }: Job,
): Promise<void> {
  const { id: task, run, stage, epoch, from, reason, deadline } = row.payload;
  // The notes are in `notes`: they change with each call of a program.
  const given = inputs.filter(({ name }) => name !== notes.file);
  const files = given.map(({ name, contract, size, sha256, label }) => ({
    name,
    contract,
    size,
    sha256,
    ...(label !== undefined && { label }),
  }));
  const outputs = role.produces.map((slot) => ("optional" in slot ? slot.optional.file : slot.file));
  const told = {
    task,
    run,
    stage,
    epoch,
    attempt,
    from,
    ...(reason !== undefined && { reason }),
    ...(noted !== undefined && { notes: noted }),
    ...(deadline !== undefined && { deadline }),
  };
  await writeFile(
    join(folder, "task.json"),
    `${JSON.stringify({ ...told, limits: { startToClose, heartbeat }, inputs: files, outputs }, null, 2)}\n`,
    { flag: "wx" },
  );
  const brief = inputs.find(({ name }) => isFileOf(pipeline.intake.brief, name));
  if (brief !== undefined) await writeFile(join(folder, brief.name), await readFile(join(folder, "in", brief.name)), { flag: "wx" });
}
