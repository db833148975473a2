import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { artifactsOf, sha256Of } from "@tasuki/contracts";
import { nano } from "@tasuki/contracts/roles/nano";
import { exampleRelay as relay, exampleRun } from "@tasuki/contracts/testing";
import { expect, test } from "vitest";
import { openStageFolder, testContext, textsOf } from "../stage/stage-fixture.ts";
import { createChecker } from "./create-checker.ts";

const documents = exampleRun();
const all = textsOf(artifactsOf(relay), documents);
const stages = relay.roles.map(({ name }) => name);

test("a folder with the example run passes, in a child process; with a changed byte it doesn't", async () => {
  await using stage = await openStageFolder(nano, documents);
  const { folder, attemptId } = stage.job;
  await stage.write("in", all);
  const job = { folder, attemptId, pipeline: relay, stages, producers: {} };
  expect(await createChecker().check(job, testContext())).toEqual([]);
  const source = all["S1.txt"] ?? "";
  await writeFile(join(folder, "in/S1.txt"), `X${source.slice(1)}`);
  const unmet = await createChecker().check(job, testContext());
  expect(unmet.map(({ expected, got }) => expected + got).join("\n")).toContain(sha256Of(source));
});

test("a check that is cancelled, or has no time, knows nothing and says so", async () => {
  await using stage = await openStageFolder(nano, documents);
  const job = { ...stage.job, stages, producers: {} };
  await expect(createChecker({ checkMs: 20 }).check(job, testContext())).rejects.toThrow(/was not done within its time/);
  await expect(createChecker().check(job, testContext({ signal: AbortSignal.abort() }))).rejects.toThrow(/was cancelled/);
});
