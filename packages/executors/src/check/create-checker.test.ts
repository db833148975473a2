import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { artifactsOf, sha256Of } from "@tasuki/contracts";
import { relay } from "@tasuki/contracts/relay";
import { nano } from "@tasuki/contracts/roles/nano";
import { exampleRun } from "@tasuki/contracts/testing";
import { expect, test } from "vitest";
import { openStageFolder, testContext, textsOf } from "../stage/stage-fixture.ts";
import { checkFiles } from "./check-files.ts";
import { createChecker } from "./create-checker.ts";

const documents = exampleRun();
const all = textsOf(artifactsOf(relay), documents);
const stages = relay.roles.map(({ name }) => name);
const check = (texts: Readonly<Record<string, string>>, named: readonly string[] = stages) =>
  checkFiles(relay, {
    stages: named,
    producers: {},
    files: Object.entries(texts).map(([name, text]) => ({ name, bytes: Buffer.from(text) })),
  });

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

// Of run.json a stage need not say that it read it; jp-final.txt nobody reads.
test.for(Object.keys(all).filter((name) => name !== "run.json" && name !== "jp-final.txt"))("a changed byte of %s is caught", (name) => {
  const text = all[name] ?? "";
  // In the middle of the file, a letter for another one.
  const at = text.slice(Math.floor(text.length / 2)).search(/[a-z]/) + Math.floor(text.length / 2);
  expect(check({ ...all, [name]: `${text.slice(0, at)}${text[at] === "q" ? "z" : "q"}${text.slice(at + 1)}` })).not.toEqual([]);
});

test("files that don't belong, stages that aren't there, and files that are missing are named", () => {
  expect(check({ ...all, "notes.txt": "x" })).toMatchObject([{ file: "notes.txt" }]);
  expect(check(all, ["legal"])).toMatchObject([{ got: "legal", expected: "a stage of the pipeline: nano, sg, jp" }]);
  const { "sg-review.md": _review, ...rest } = all;
  // Missed by sg, which writes it, and by jp, which reads it; reported once.
  expect(check(rest)).toMatchObject([{ file: "sg-review.md", got: "no such file" }]);
  expect(check(rest, ["nano"])).toEqual([]);
});
