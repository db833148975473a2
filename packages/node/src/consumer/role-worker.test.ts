import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clocks, defaultClocks, type Job, longestClock, type Run, sha256Of } from "@tasuki/protocol";
import type { Claimed } from "@tasuki/store";
import { expect, test } from "vitest";
import { smallPipeline } from "../testing/small-pipeline.ts";
import { systemClock as clock } from "../process/system-clock.ts";
import { createRoleWorker, type RoleWorkerDeps } from "./role-worker.ts";

const id = "0197c0de-0000-7000-8000-000000000001";

/** Has a worker perform a stage whose run.json has these clocks. Resolves with the job that its executor got, and with what was logged. */
async function perform(clocks: Clocks): Promise<{ job: Pick<Job, "startToClose" | "heartbeat"> | undefined; logged: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-worker-"));
  const run: Run = {
    contract: "run@1",
    run: id,
    brief: sha256Of("brief"),
    profile: "plain",
    sources: [],
    route: [{ role: "nano", consumes: [], produces: [] }],
    versions: {},
    clocks,
    deadline: "2026-12-01T12:00:00.000Z",
  };
  await mkdir(join(folder, "in"));
  await writeFile(join(folder, "in", "run.json"), JSON.stringify(run));
  const logged: string[] = [];
  const say = (_fields: object, message: string): void => void logged.push(message);
  let job: Job | undefined;
  const [role] = smallPipeline.roles;
  // As much of a node as a failed attempt asks.
  const worker = createRoleWorker({
    pipeline: smallPipeline,
    role,
    clock,
    logger: { debug: say, info: say, warn: say, error: say },
    executor: {
      name: "fails",
      execute: async (given: Job) => {
        job = given;
        return { outcome: "failed", producer: "fails", files: [] };
      },
      sweep: async () => 0,
    },
  } as unknown as RoleWorkerDeps);
  const claimed = { task: id, attempt: 1, inputs: [], row: { id, payload: { id, run: id, stage: "nano", epoch: 1, from: "main" } } };
  const attempt = { attemptId: `${id}.1`, folder, signal: new AbortController().signal, progress: () => undefined };
  await worker.perform(claimed as unknown as Claimed, attempt);
  await rm(folder, { recursive: true });
  return { job: job && { startToClose: job.startToClose, heartbeat: job.heartbeat }, logged };
}

// guarantees: R10.upgrade
test("a run of an earlier release with longer clocks than any may have now is done within the longest, and that is logged", async () => {
  const { job, logged } = await perform({ ...defaultClocks, startToClose: 2 ** 53 - 1 });
  expect(job).toEqual({ startToClose: longestClock, heartbeat: defaultClocks.heartbeat });
  expect(logged).toEqual([expect.stringContaining("they are clipped")]);
  expect(await perform(defaultClocks)).toEqual({
    job: { startToClose: defaultClocks.startToClose, heartbeat: defaultClocks.heartbeat },
    logged: [],
  });
});
