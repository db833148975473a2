import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Documents, Execution } from "@tasuki/protocol";
import { sgReview } from "@tasuki/contracts/artifacts/sg-review";
import { nano } from "@tasuki/contracts/roles/nano";
import { sg } from "@tasuki/contracts/roles/sg";
import { exampleRelay as relay, exampleRun } from "@tasuki/contracts/testing";
import { expect, test } from "vitest";
import { createExecutor } from "@tasuki/executors";
import { doStage, openStageFolder, testContext } from "@tasuki/executors/testing";
import { producer } from "./index.ts";

const works: Readonly<Record<string, string>> = { nano: "./research/research.ts", sg: "./review/review.ts", jp: "./write/write.ts" };
const executorOf = (role: string) =>
  createExecutor({ kind: "embedded" }, { work: { module: import.meta.resolve(works[role] ?? ""), producer } });
const executor = executorOf("nano");
const given = exampleRun();

test("three stages, each a process of its own, make a cited text of a brief and sources", async () => {
  let documents: Documents = given;
  const executions: Execution[] = [];
  for (const role of relay.roles) {
    const done = await doStage(executorOf(role.name), { role, documents });
    executions.push(done.execution);
    documents = done.documents;
  }
  for (const execution of executions) expect(execution).toMatchObject({ outcome: "succeeded", producer: "embedded/1" });
  expect(executions.map(({ decision }) => decision)).toEqual([undefined, "converged", "accepted"]);
  expect(documents["jp-final"]?.[0]?.text).toContain("A receipt is a signed statement by the node that knows. [C");
});

test("what a text that came back asks for goes on to nano: a reviewer without a model knows no more", async () => {
  const returned = await readFile(join(import.meta.dirname, "../../contracts/fixtures/artifacts/jp-final.2.returned.txt"), "utf8");
  await using stage = await openStageFolder(sg, given);
  await stage.write("in", { "jp-final.txt": returned });
  const { outcome, decision } = await executorOf("sg").execute(stage.job, testContext());
  expect([outcome, decision]).toEqual(["succeeded", "rework"]);
  const review = sgReview.read(await readFile(join(stage.job.folder, "out", sgReview.file), "utf8"));
  expect(review.ok && review.value.requests).toEqual(["for jp: settle C1: is it | signed?"]);
});

test("inputs that break their contracts are named, and nothing is written", async () => {
  await using stage = await openStageFolder(nano, given);
  await stage.write("in", { "brief.md": "" });
  expect(await executor.execute(stage.job, testContext())).toMatchObject({
    outcome: "contract-violation",
    unmet: [{ file: "brief.md" }],
    files: [],
  });
  expect(await readdir(join(stage.job.folder, "out"))).toEqual([]);
});

test("a stage without time times out; a role that the work is not of is a misconfiguration that says so", async () => {
  await using stage = await openStageFolder(nano, given);
  expect(await executor.execute({ ...stage.job, startToClose: 30 }, testContext())).toMatchObject({ outcome: "timed-out" });
  const legal = { ...nano, name: "legal" };
  expect(await executor.execute({ ...stage.job, role: legal }, testContext())).toMatchObject({
    outcome: "misconfigured",
    detail: expect.stringContaining("'legal'"),
  });
});
