import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Documents, Execution } from "@tasuki/protocol";
import { sgReview } from "@tasuki/contracts/artifacts/sg-review";
import { nano } from "@tasuki/contracts/roles/nano";
import { sg } from "@tasuki/contracts/roles/sg";
import { exampleRelay as relay, exampleRun } from "@tasuki/contracts/testing";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { createExecutor } from "@tasuki/executors";
import { doStage, openStageFolder, testContext } from "@tasuki/executors/testing";
import { producer } from "./index.ts";
import { relayInProcess } from "./testing/relay-in-process.ts";

const works: Readonly<Record<string, string>> = { nano: "./research/research.ts", sg: "./review/review.ts", jp: "./write/write.ts" };
const byModule = (module: string) => createExecutor({ kind: "embedded" }, { work: { module, producer, isPure: true } });
const executors = new Map(Object.entries(works).map(([role, module]) => [role, byModule(import.meta.resolve(module))]));
const executorOf = (role: string) => executors.get(role) ?? byModule("file:///nowhere.ts");
const executor = executorOf("nano");
afterAll(() => Promise.all([...executors.values()].map(async (one) => one.end?.())));
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

test.for(relay.roles.map((role) => [role.name, role] as const))(
  "of a run that a process of %s has worked for, nothing is in its memory when it does the next",
  async ([name, role]) => {
    const module = byModule(`${import.meta.resolve("./testing/search-heap.ts")}?role=${name}`);
    onTestFinished(() => module.end?.());
    const word = "xylolithe";
    const backwards = Array.from(word).toReversed().join("");
    const about = async (brief: string, sentence: string) => {
      const { documents } = await relayInProcess(brief, [{ text: `# Stones\n\n${sentence}\n` }]);
      return (await doStage(module, { role, documents })).execution;
    };
    const made = await about(`What is a ${word}?`, `A ${word} is a stone with a sound, and ${word} is its name.`);
    expect(made.outcome).toBe("succeeded");
    const looked = await about(`Heap of ${backwards}, what is it?`, "A heap is what is left.");
    expect(JSON.parse(/\{.*\}/.exec(looked.detail ?? "")?.[0] ?? "")).toEqual({
      done: 1,
      of: 0,
      own: expect.toSatisfy((count: number) => count > 0),
    });
  },
);

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
  // Its process would be done in less, once it is ready.
  const cold = byModule(import.meta.resolve("./research/research.ts"));
  expect(await cold.execute({ ...stage.job, startToClose: 30 }, testContext())).toMatchObject({ outcome: "timed-out" });
  const legal = { ...nano, name: "legal" };
  expect(await executor.execute({ ...stage.job, role: legal }, testContext())).toMatchObject({
    outcome: "misconfigured",
    detail: expect.stringContaining("'legal'"),
  });
});
