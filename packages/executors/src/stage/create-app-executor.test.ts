import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { sg } from "@tasuki/contracts/roles/sg";
import { exampleRun } from "@tasuki/contracts/testing";
import { expect, test } from "vitest";
import { createExecutor } from "../create-executor.ts";
import { openStageFolder, testContext } from "./stage-fixture.ts";

const own = import.meta.resolve("../embedded/review.ts");

/** Does sg's stage by a module of this text. */
async function doBy(source: string) {
  await using stage = await openStageFolder(sg, exampleRun());
  const module = join(stage.job.folder, "work.ts");
  await writeFile(module, source);
  const executor = createExecutor({ kind: "embedded" }, { work: pathToFileURL(module).href });
  return await executor.execute(stage.job, testContext());
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
  ["import './nowhere.ts';", "can't be loaded: Cannot find module 'nowhere.ts'"],
  [
    `import { defineExecutor } from "${define}"; import { nano } from "${roles.replace("sg.ts", "nano.ts")}";
    export const work = defineExecutor(nano, () => { throw new Error(); });`,
    "is that of role 'nano', not of 'sg'",
  ],
] as const)("%j is a misconfiguration that says so", async ([source, detail]) => {
  expect(await doBy(source)).toMatchObject({ outcome: "misconfigured", detail: expect.stringContaining(detail), files: [] });
});
