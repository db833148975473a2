import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AskedClocks,
  type Clocks,
  defaultClocks,
  type Job,
  longestClock,
  type Note,
  notes,
  type Run,
  sha256Of,
} from "@tasuki/protocol";
import type { Claimed } from "@tasuki/store";
import { expect, test } from "vitest";
import { smallPipeline } from "../testing/small-pipeline.ts";
import { systemClock as clock } from "../process/system-clock.ts";
import { judgeAtOnce } from "@tasuki/protocol/testing";
import { createRoleWorker, type RoleWorkerDeps } from "./role-worker.ts";

const id = "0197c0de-0000-7000-8000-000000000001";

interface Seen {
  readonly job: Job | undefined;
  /** Files in `in/` when the executor was called, without run.json. */
  readonly given: Readonly<Record<string, string>>;
  readonly logged: readonly string[];
}

/** Has a worker perform a stage whose run.json has these clocks, with notes where there are some. Resolves with what its executor saw, and what was logged. */
async function perform(clocks: Clocks, said: readonly Note[] = [], own?: AskedClocks): Promise<Seen> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-worker-"));
  const run: Run = {
    contract: "run@1",
    run: id,
    brief: sha256Of("brief"),
    profile: "plain",
    sources: [],
    route: [{ role: "nano", consumes: [], produces: [], ...(own && { clocks: own }) }],
    versions: {},
    clocks,
    deadline: "2026-12-01T12:00:00.000Z",
  };
  await mkdir(join(folder, "in"));
  await writeFile(join(folder, "in", "run.json"), JSON.stringify(run));
  const logged: string[] = [];
  const say = (_fields: object, message: string): void => void logged.push(message);
  let job: Job | undefined;
  const given: Record<string, string> = {};
  if (said.length > 0) await writeFile(join(folder, "in", notes.file), notes.write({ run: id, notes: [...said] }));
  const [role] = smallPipeline.roles;
  // As much of a node as a failed attempt asks.
  const worker = createRoleWorker({
    pipeline: smallPipeline,
    role,
    clock,
    judge: judgeAtOnce,
    logger: { debug: say, info: say, warn: say, error: say },
    executor: {
      name: "fails",
      execute: async (asked: Job) => {
        job = asked;
        for (const name of await readdir(join(folder, "in"))) given[name] = await readFile(join(folder, "in", name), "utf8");
        delete given["run.json"];
        return { outcome: "failed", producer: "fails", files: [] };
      },
      sweep: async () => 0,
    },
  } as unknown as RoleWorkerDeps);
  const claimed = {
    task: id,
    attempt: 1,
    inputs: said.length > 0 ? [{ name: notes.file }] : [],
    row: { id, from: "node:main", payload: { id, run: id, stage: "nano", epoch: 1, from: "main" } },
  };
  const attempt = { attemptId: `${id}.1`, folder, signal: new AbortController().signal, progress: () => undefined };
  await worker.perform(claimed as unknown as Claimed, attempt);
  await rm(folder, { recursive: true });
  return { job, given, logged };
}

// guarantees: R10.upgrade
test("a run of an earlier release with longer clocks than any may have now is done within the longest, and that is logged", async () => {
  const { job, logged } = await perform({ ...defaultClocks, startToClose: 2 ** 53 - 1 });
  expect(job).toMatchObject({ startToClose: longestClock, heartbeat: defaultClocks.heartbeat });
  expect(logged).toEqual([expect.stringContaining("they are clipped")]);
  const { startToClose, heartbeat } = defaultClocks;
  expect(await perform(defaultClocks)).toMatchObject({ job: { startToClose, heartbeat }, logged: [] });
});

test("an attempt has the clocks of its role where the run has some for it, and the run's otherwise", async () => {
  const { job } = await perform(defaultClocks, [], { startToClose: 7_000 });
  expect(job).toMatchObject({ startToClose: 7_000, heartbeat: defaultClocks.heartbeat });
});

test("an author is given the notes to its own stage, and none that are for a later one", async () => {
  const note = (to: string, text: string): Note => ({ kind: "note", to, by: "ops:ada", at: "2026-11-30T08:00:00.000Z", text });
  const [own, later] = [note("nano", "look in S2"), note("jp", "in plain words")];
  const both = await perform(defaultClocks, [own, later]);
  expect([both.job?.notes, notes.read(both.given[notes.file] ?? "")]).toEqual([[own], { ok: true, value: { run: id, notes: [own] } }]);
  const none = await perform(defaultClocks, [later]);
  expect([none.job?.notes, none.given]).toEqual([undefined, {}]);
});
