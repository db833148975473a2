import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { eventually, repository, startLocalRelay, tasuki } from "./local-relay.ts";

const brief = "What is a receipt?";

test("warm nodes start no process for a run without sources, and one for a run with some: the next reader of documents", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-processes-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "started");
  await writeFile(file, "");
  const env = { NODE_OPTIONS: `--import ${import.meta.resolve("./count-processes.ts")}`, TASUKI_TEST_PROCESSES: file };
  await using relay = await startLocalRelay(undefined, { env });
  const started = async () => (await readFile(file, "utf8")).split("\n").filter(Boolean);
  const close = async (...sources: readonly string[]): Promise<void> => {
    const { code, stderr } = await tasuki("run", brief, ...sources, "--wait", "--data", relay.data);
    expect(code, stderr).toBe(0);
  };
  await close();
  const warm = await started();
  // A child for each role's stages, and on main one for its checks and one for sources; what tries whether cgroups can be made is not counted here.
  for (const [role, children] of Object.entries({ main: 2, nano: 1, sg: 1, jp: 1 }))
    expect(warm.filter((each) => each === role).length, role).toBeGreaterThanOrEqual(children);
  await close();
  expect(await started()).toEqual(warm);
  await close(join(repository, "docs/glossary.md"));
  const next = await eventually(async () => ((await started()).length > warm.length ? started() : undefined));
  expect(next.slice(warm.length)).toEqual(["main"]);
});
