import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Job } from "@tasuki/protocol";
import { sg } from "@tasuki/contracts/roles/sg";
import { exampleRelay as relay, exampleRun } from "@tasuki/contracts/testing";
import { expect, test } from "vitest";
import { createExecutor } from "../create-executor.ts";
import { openStageFolder, testContext } from "../testing/stage-fixture.ts";

const own = import.meta.resolve("../../../finder/src/review/review.ts");

/** Does sg's stage by a module of this text. */
async function doBy(source: string, change: Partial<Job> = {}) {
  await using stage = await openStageFolder(sg, exampleRun());
  const module = join(stage.job.folder, "work.ts");
  await writeFile(module, source);
  const executor = createExecutor({ kind: "embedded" }, { work: { module: pathToFileURL(module).href } });
  return await executor.execute({ ...stage.job, ...change }, testContext());
}
const define = import.meta.resolve("../define/define-executor.ts");
const roles = import.meta.resolve("../../../contracts/src/roles/sg.ts");

test("an app's own module does the work, in a process of its own, and signs with the role's name", async () => {
  const source = `import { defineExecutor } from "${define}"; import { sg } from "${roles}"; import { review } from "${own}";
    export const work = defineExecutor(sg, review);`;
  expect(await doBy(source)).toMatchObject({ outcome: "succeeded", producer: "app:sg", decision: "converged" });
});

test.for([
  ["export const job = 1;", "exports no 'work'"],
  ["import './nowhere.ts';", "work.ts can't be loaded: Cannot find module 'nowhere.ts'"],
  ["\n\nconst a = (1;", "work.ts can't be loaded: Expected ',', got ';' (work.ts:3)"],
  ["JSON.parse('{');", "(work.ts:1:6)"],
  [
    `import { defineExecutor } from "${define}"; import { nano } from "${roles.replace("sg.ts", "nano.ts")}";
    export const work = defineExecutor(nano, () => { throw new Error(); });`,
    "is that of role 'nano', not of 'sg'",
  ],
] as const)("%j is a misconfiguration that says so", async ([source, detail]) => {
  expect(await doBy(source)).toMatchObject({ outcome: "misconfigured", detail: expect.stringContaining(detail), files: [] });
});

/** A module whose work is this function. */
const returning = (body: string) =>
  `import { defineExecutor } from "${define}"; import { sg } from "${roles}";\nexport const work = defineExecutor(sg, ${body});`;

test.for([
  ["nothing", "() => undefined", { file: "sg-review.md", got: "nothing" }],
  ["a text", "() => 'a review'", { file: "sg-review.md", got: "nothing" }],
  ["a list for the one value", "() => ({ 'sg-review': [{}] })", { file: "sg-review.md", expected: expect.stringContaining("one value") }],
  ["a value without its fields", "() => ({ 'sg-review': {} })", { file: "sg-review.md", expected: expect.stringContaining("'sg-review'") }],
  [
    "an output too many",
    `(inputs) => ({ ...{ "sg-review": {} }, remarks: "well done" })`,
    { file: "remarks", expected: "nothing but 'sg-review' in what the work returns" },
  ],
] as const)("a work that returns %s breaks its contract at the first attempt, whatever the compiler was told", async ([, body, unmet]) => {
  expect(await doBy(returning(body))).toMatchObject({
    outcome: "contract-violation",
    unmet: expect.arrayContaining([expect.objectContaining(unmet)]),
  });
});

test("a work that throws is named with the line, and one that ends the process is said to have", async () => {
  expect(await doBy(returning("() => JSON.parse('{')"))).toMatchObject({
    outcome: "failed",
    detail: expect.stringMatching(/\(work\.ts:2:\d+\)$/),
  });
  expect(await doBy(returning("() => process.exit(0)"))).toMatchObject({
    outcome: "failed",
    detail: expect.stringMatching(/ended after .* before its work was done; a work returns, it does not call process\.exit/),
  });
});

test.for([
  ["roles", { ...relay, roles: [sg] }, "has the roles nano, sg, jp, and this node has started with sg: start the node again."],
  ["contracts", { ...relay, given: [] }, "has other contracts than this node has started with: start the node again."],
  ["module", { ...relay, module: own }, "review.ts exports no relay: export const relay = definePipeline({ module: import.meta.url, … })"],
] as const)(
  "a relay whose %s have changed since the node started is a misconfiguration, said without folders",
  async ([, pipeline, detail]) => {
    const { outcome, detail: said = "" } = await doBy(returning("() => undefined"), { pipeline });
    expect({ outcome, said }).toEqual({ outcome: "misconfigured", said: expect.stringContaining(detail) });
    expect(said).not.toContain("/");
  },
);
