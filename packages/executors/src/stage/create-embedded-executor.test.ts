import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Documents, Execution } from "@tasuki/contracts";
import { relay } from "@tasuki/contracts/relay";
import { nano } from "@tasuki/contracts/roles/nano";
import { expect, test } from "vitest";
import { createExecutor } from "../create-executor.ts";
import { doStage, givenDocuments, openStageFolder, testContext } from "./stage-fixture.ts";

const executor = createExecutor({ kind: "embedded" });
const given = givenDocuments("When was the observatory founded? Who pays for it? Why is the moon round?", [
  "# The observatory\n\nThe observatory was founded in 1911 by a watchmaker.\nIt has three domes.\n\nSince 1950 the city pays for the observatory, and a club runs it.\n",
  "# Visits\n\nThe observatory welcomes visitors of any age.\n",
]);

test("three stages, each a process of its own, make a cited text of a brief and sources", async () => {
  let documents: Documents = given;
  const executions: Execution[] = [];
  for (const role of relay.roles) {
    const done = await doStage(executor, { role, documents });
    executions.push(done.execution);
    documents = done.documents;
  }
  for (const execution of executions) expect(execution).toMatchObject({ outcome: "succeeded", producer: "embedded/1" });
  expect(executions.map(({ decision }) => decision)).toEqual([undefined, "converged", "accepted"]);
  expect(documents["jp-final"]?.[0]?.text).toContain("The observatory was founded in 1911 by a watchmaker. [C");
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

test("a stage without time times out; a role that nobody embedded is a misconfiguration that says what to write", async () => {
  await using stage = await openStageFolder(nano, given);
  expect(await executor.execute({ ...stage.job, startToClose: 30 }, testContext())).toMatchObject({ outcome: "timed-out" });
  const legal = { ...nano, name: "legal" };
  expect(await executor.execute({ ...stage.job, role: legal }, testContext())).toMatchObject({
    outcome: "misconfigured",
    detail: expect.stringContaining("'legal'"),
  });
});
