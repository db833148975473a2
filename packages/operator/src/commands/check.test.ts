import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { artifactOf, artifactsOf, type Documents, type Slot } from "@tasuki/protocol";
import { exampleRelay as relay, exampleRun } from "@tasuki/contracts/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkFolder } from "../cli/check-folder.ts";
import { tasuki } from "../testing/run-tasuki.ts";

let folder: string;
const documents: Documents = exampleRun();
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tasuki-check-"));
});
afterEach(() => rm(folder, { recursive: true }));

const filesOf = (slots: readonly Slot[]) => slots.flatMap((slot) => documents[artifactOf(slot).name] ?? []);

/** A stage's work folder: its inputs in `in/`, and what it made in `out/`, renamed or changed. */
async function workFolder(role: string, change: (file: { name: string; text: string }) => { name: string; text: string } = (file) => file) {
  const { consumes = [], produces = [] } = relay.roles.find(({ name }) => name === role) ?? {};
  for (const [into, slots, changed] of [
    ["in", consumes, (file: { name: string; text: string }) => file],
    ["out", produces, change],
  ] as const) {
    await mkdir(join(folder, into));
    for (const file of filesOf(slots)) await writeFile(join(folder, into, changed(file).name), changed(file).text);
  }
}

test("a stage's work folder that holds is said to hold", async () => {
  await workFolder("sg");
  expect(await checkFolder(relay, { folder })).toEqual({ stages: ["sg"], ignored: [], alone: [], unmet: [] });
});

test("a renamed file is refused with the names that are expected", async () => {
  await workFolder("sg", ({ text }) => ({ name: "research-pack.md", text }));
  const { unmet } = await checkFolder(relay, { folder, role: "sg" });
  expect(unmet.map(({ file }) => file)).toEqual(["sg-review.md", "research-pack.md"]);
  await expect(checkFolder(relay, { folder })).rejects.toMatchObject({
    code: "not_found",
    message: expect.stringContaining("sg-review.md"),
  });
});

test("what a contract refuses is told with its line, and the command ends with 7", async () => {
  await workFolder("sg", ({ name, text }) => ({ name, text: text.replace(/^decision: .*$/m, "decision: perhaps") }));
  const ran = await tasuki(["check", folder]);
  expect(ran).toMatchObject({ code: 7, stderr: expect.stringContaining("1 thing unmet") });
  expect(ran.stdout).toMatch(/^sg-review\.md:\d+.*\n {2}expected {2}.*\n {2}got {7}.*perhaps/m);
  expect(JSON.parse((await tasuki(["check", folder, "--json"])).stdout)).toMatchObject({
    v: 1,
    ok: false,
    unmet: [{ file: "sg-review.md" }],
  });
});

test("a note that can't be read is unmet, beside what the files break", async () => {
  await workFolder("sg");
  await writeFile(join(folder, "out", "result.json"), "no JSON");
  expect(await checkFolder(relay, { folder })).toMatchObject({ stages: ["sg"], unmet: [{ file: "result.json" }] });
});

test("a folder with the files of a whole run is checked stage by stage; what is no file of a stage is said to be left out", async () => {
  for (const { name, text } of filesOf(artifactsOf(relay))) await writeFile(join(folder, name), text);
  await writeFile(join(folder, "SUMMARY.md"), "anything");
  expect(await checkFolder(relay, { folder })).toEqual({ stages: ["nano", "sg", "jp"], ignored: ["SUMMARY.md"], alone: [], unmet: [] });
});

test("without a stage's inputs, each file is checked by its own contract alone, and that is said", async () => {
  for (const { name, text } of documents["jp-final"] ?? []) await writeFile(join(folder, name), text);
  const ran = await tasuki(["check", folder]);
  expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining("only each file's own contract") });
});

test("a folder that is not there is said not to be", async () => {
  expect(await tasuki(["check", join(folder, "nothing")])).toMatchObject({ code: 3, stderr: expect.stringContaining("can't be read") });
});

test("files are checked by the contracts of another relay where its module is named", async () => {
  const letters = join(import.meta.dirname, "../testing/letter-relay.ts");
  await writeFile(join(folder, "draft.txt"), "A letter");
  expect(await tasuki(["check", folder])).toMatchObject({ code: 3, stderr: expect.stringContaining("sg-review.md") });
  expect(await tasuki(["check", folder, "--relay", letters])).toMatchObject({
    code: 7,
    stdout: expect.stringMatching(/^draft\.txt:1\n {2}expected {2}'Draft'/),
  });
  await writeFile(join(folder, "draft.txt"), "Draft of a letter");
  expect(await tasuki(["check", folder, "--relay", letters])).toMatchObject({ code: 0, stderr: expect.stringContaining("writer") });
  expect(await tasuki(["check", folder, "--relay", "nothing.ts"], { cwd: folder })).toMatchObject({
    code: 3,
    stderr: expect.stringContaining(join(folder, "nothing.ts")),
  });
});

test("a stage that the relay has not is refused with the names that it has", async () => {
  expect(await tasuki(["check", folder, "--stage", "writer"])).toMatchObject({ code: 7, stderr: expect.stringContaining("nano, sg, jp") });
});
