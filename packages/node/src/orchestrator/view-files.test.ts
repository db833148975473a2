import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Checker, Logger, Pipeline } from "@tasuki/protocol";
import { expect, test as base } from "vitest";
import { inProcessChecker } from "../testing/in-process-intake.ts";
import { smallPipeline } from "../testing/small-pipeline.ts";
import { viewFiles } from "./view-files.ts";

const test = base.extend<{ data: string }>({
  data: async ({ task }, use) => {
    const data = await mkdtemp(join(tmpdir(), `tasuki-view-${task.id}-`));
    await use(data);
    await rm(data, { recursive: true, force: true });
  },
});
const pipeline: Pipeline = {
  ...smallPipeline,
  views: { names: (documents) => Object.values(documents).flatMap((all) => all.map(({ name }) => name)), texts: () => [] },
};
const silent = (): void => undefined;
const logger: Logger = { debug: silent, info: silent, warn: silent, error: silent };
const clock = { now: () => 0, monotonic: () => 0 };
const { signal } = new AbortController();
const depsOf = (data: string, checker: Checker = inProcessChecker()) => ({
  checker,
  pipeline,
  data,
  clock,
  logger,
  store: { boot: "boot" },
  newId: () => "one",
});

test("a view is answered from files in a folder of their own, which is gone afterwards; a file without a name is the brief", async ({
  data,
}) => {
  const files = [{ text: "What is a lease?" }, { name: "list.md", text: "# List" }, { name: "S2.txt", text: "A lease." }];
  const folders: string[] = [];
  const checker: Checker = {
    ...inProcessChecker(),
    async view(job, context) {
      folders.push(job.folder, ...(await readdir(join(data, "work"))), ...(await readdir(join(job.folder, "in"))));
      return inProcessChecker().view(job, context);
    },
  };
  expect(await viewFiles(depsOf(data, checker), { view: "names", files }, signal)).toEqual(["brief.md", "S2.txt", "list.md"]);
  expect(folders).toEqual([join(data, "work", "verify-boot.one"), "verify-boot.one", "S2.txt", "brief.md", "list.md"]);
  expect(await readdir(join(data, "work"))).toEqual([]);
});

test("a view that the relay doesn't have is not found, and those that it has are named", async ({ data }) => {
  await expect(viewFiles(depsOf(data), { view: "questions", files: [] }, signal)).rejects.toMatchObject({
    code: "not_found",
    message: "The relay has no view 'questions'; it has 'names', 'texts'.",
  });
  expect(await readdir(data)).toEqual([]);
});

test.for([
  [[{ name: "list.md", text: "no heading" }], { file: "list.md", line: 1, expected: "a heading" }],
  [[{ name: "../list.md", text: "# List" }], { file: "../list.md", got: "a file ../list.md" }],
  [[{ name: "list.md/x", text: "# List" }], { file: "list.md/x", got: "a file list.md/x" }],
  [[{ text: "one" }, { name: "brief.md", text: "two" }], { file: "brief.md", got: "the name twice" }],
] as const)("files %j break a contract, and nothing of them stays", async ([files, unmet], { data }) => {
  await expect(viewFiles(depsOf(data), { view: "names", files }, signal)).rejects.toMatchObject({
    code: "contract_violation",
    details: { unmet: [expect.objectContaining(unmet)] },
  });
  expect(await readdir(join(data, "work")).catch(() => [])).toEqual([]);
});
