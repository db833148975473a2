import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { artifactsOf, type Pipeline, sha256Of } from "@tasuki/protocol";
import { nano } from "@tasuki/contracts/roles/nano";
import { exampleRelay as relay, exampleRun } from "@tasuki/contracts/testing";
import { expect, test } from "vitest";
import { openStageFolder, testContext, textsOf } from "../testing/stage-fixture.ts";
import { createChecker } from "./create-checker.ts";

const documents = exampleRun();
const all = textsOf(artifactsOf(relay), documents);
const stages = relay.roles.map(({ name }) => name);

test("a folder with the example run passes, in a child process; with a changed byte it doesn't", async () => {
  await using stage = await openStageFolder(nano, documents);
  const { folder, attemptId } = stage.job;
  await stage.write("in", all);
  const job = { folder, attemptId, pipeline: relay, stages, producers: {}, decisions: { sg: "converged", jp: "accepted" } };
  expect(await createChecker().check(job, testContext())).toEqual([]);
  const source = all["S1.txt"] ?? "";
  await writeFile(join(folder, "in/S1.txt"), `X${source.slice(1)}`);
  const unmet = await createChecker().check(job, testContext());
  expect(unmet.map(({ expected, got }) => expected + got).join("\n")).toContain(sha256Of(source));
});

test("a check that is cancelled, or has no time, knows nothing and says so", async () => {
  await using stage = await openStageFolder(nano, documents);
  const job = { ...stage.job, stages, producers: {}, decisions: {} };
  await expect(createChecker({ checkMs: 20 }).check(job, testContext())).rejects.toThrow(/was not done within its time/);
  await expect(createChecker().check(job, testContext({ signal: AbortSignal.abort() }))).rejects.toThrow(/was cancelled/);
});

test("a checker whose relay's files have changed since it started says so, and judges nothing", async () => {
  await using stage = await openStageFolder(nano, documents);
  await stage.write("in", all);
  const pipeline: Pipeline = { ...relay, roles: relay.roles.slice(0, 1) };
  const refused = { code: "invalid_state", message: expect.stringMatching(/has started with nano: start the node again\.$/) };
  const job = { ...stage.job, pipeline, stages, producers: {}, decisions: {} };
  await expect(createChecker().check(job, testContext())).rejects.toMatchObject(refused);
  await expect(createChecker().view({ ...stage.job, pipeline, view: "questions" }, testContext())).rejects.toMatchObject(refused);
});

test("a view of the files in a folder is answered by a child process, as plain JSON", async () => {
  await using stage = await openStageFolder(nano, documents);
  await stage.write("in", { "brief.md": "Q1: What is a lease?\n\nQ2: Who renews it?\n" });
  const answer = await createChecker().view({ ...stage.job, view: "questions" }, testContext());
  expect(answer).toEqual([
    { id: "Q1", text: "What is a lease?" },
    { id: "Q2", text: "Who renews it?" },
  ]);
});

test("a view that there isn't, or of a file that breaks its contract, is refused; one without time says so", async () => {
  await using stage = await openStageFolder(nano, documents);
  const view = (view: string, checker = createChecker()) => checker.view({ ...stage.job, view }, testContext());
  await expect(view("constructor")).rejects.toMatchObject({ code: "not_found", message: expect.stringContaining("it has 'questions'") });
  await expect(view("questions", createChecker({ viewMs: 20 }))).rejects.toThrow(/view 'questions' was not done within its time/);
  await stage.write("in", { "brief.md": "", "remarks.md": "so" });
  await expect(view("questions")).rejects.toMatchObject({
    code: "contract_violation",
    details: { unmet: expect.arrayContaining(["brief.md", "remarks.md"].map((file) => expect.objectContaining({ file }))) },
  });
});
