import { globSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { brokenBuilds } from "./broken-builds.ts";
import { type Job, runSeeds } from "./run-seeds.ts";
import { createTally } from "./tally.ts";

const root = new URL("../../", import.meta.url);
/** In a build that breaks a guarantee, a few seeds are enough to see it. */
const seedsAtMost = 24;
const noticed: Job[] = [];

test("what is broken on purpose still stands in the product, once", async () => {
  for (const { name, changes } of brokenBuilds)
    for (const { file, find } of changes) {
      const text = await readFile(fileURLToPath(new URL(file, root)), "utf8");
      expect(text.split(find).length - 1, `'${name}' replaces ${JSON.stringify(find)} in ${file}`).toBe(1);
    }
});

test("for everything that the checker can find broken there is a build in which it is", () => {
  const checks = globSync(["test/history/*.ts", "test/sim/{simulate,worker}.ts"], { cwd: fileURLToPath(root) });
  const found = checks.flatMap((path) => [...readFileSync(new URL(path, root), "utf8").matchAll(/"(R[0-9]+\.[a-z-]+)"/g)]);
  expect(found.length).toBeGreaterThan(15);
  const broken = brokenBuilds.flatMap(({ breaks }) => breaks);
  expect([...new Set(found.map(([, id = ""]) => id))].filter((id) => !broken.includes(id))).toEqual([]);
});

test.for(brokenBuilds)("a build that $name is noticed", { timeout: 300_000 }, async ({ name, breaks, from, mix = {} }) => {
  const tally = createTally();
  const isIt = (guarantee: string): boolean => breaks.includes(guarantee);
  const shown: string[] = [];
  const caught = () => tally.failed().find(({ guarantees }) => guarantees.some(isIt));
  const jobs = Array.from({ length: seedsAtMost }, (_, at): Job => ({ seed: from + at, roles: 3, mix }));
  await runSeeds(jobs, {
    broken: name,
    onReport: (report) => shown.push(tally.add(report) ?? ""),
    isEnough: () => caught() !== undefined,
  });
  const found = caught();
  expect(found, `no check of ${breaks.join(", ")} noticed it; seen instead: ${shown.join("\n")}`).toBeDefined();
  console.log(`${name}: seed ${found?.seed}, ${found?.guarantees.filter(isIt).join(", ")}; ${shown.length} seeds tried`);
  if (found !== undefined) noticed.push({ seed: found.seed, roles: found.roles, mix });
});

test("the build as it is stands up to the same seeds", { timeout: 300_000 }, async () => {
  const tally = createTally();
  const failures: string[] = [];
  await runSeeds(noticed, { onReport: (report) => failures.push(...[tally.add(report) ?? []].flat()) });
  expect(failures).toEqual([]);
  expect(noticed).toHaveLength(brokenBuilds.length);
});
