import { execFileSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type AnyRole, gate, outcomes, readDocuments, sha256Of, type Unmet } from "@tasuki/protocol";
import { exampleRelay as relay, exampleRun } from "@tasuki/contracts/testing";
import { jp } from "@tasuki/contracts/roles/jp";
import { sg } from "@tasuki/contracts/roles/sg";
import { assert, asyncProperty, array, constantFrom, nat, record, string } from "fast-check";
import { expect, test } from "vitest";
import { finishStage } from "./finish-stage.ts";
import { openStageFolder } from "../testing/stage-fixture.ts";

const producer = "command:test";
const documents = exampleRun();

test.for(relay.roles.map((role) => [role.name, role] as const))(
  "the example's outputs of %s hold, and are left as they are",
  async ([, role]) => {
    await using stage = await openStageFolder(role, documents);
    await stage.write("out", stage.outputs);
    const { job, outputs } = stage;
    const result = await finishStage({ role, run: job.run, folder: job.folder, producer });
    expect(result).toMatchObject({ outcome: "succeeded" });
    expect(Object.fromEntries(result.files.map(({ name, sha256 }) => [name, sha256]))).toEqual(
      Object.fromEntries(Object.entries(outputs).map(([name, text]) => [name, sha256Of(text)])),
    );
  },
);

const unmet = record({ file: string(), expected: string(), got: string(), fix: string() });

test("whatever a gate finds, it is never a success, and what is unmet is said", async () => {
  await assert(
    asyncProperty(array(unmet, { minLength: 1, maxLength: 80 }), async (found: Unmet[]) => {
      const role: AnyRole = { ...jp, check: () => found };
      await using stage = await openStageFolder(role, documents);
      await stage.write("out", stage.outputs);
      const result = await finishStage({ role, run: stage.job.run, folder: stage.job.folder, producer });
      expect(outcomes[result.outcome].good).toBe(false);
      expect(result).toMatchObject({ outcome: "contract-violation", files: [], unmet: found.slice(0, 50) });
    }),
    { numRuns: 20 },
  );
});

interface Spoilt {
  readonly role: AnyRole;
  readonly file: number;
  readonly at: number;
  readonly text: string;
}
const spoilt = record<Spoilt>({
  role: constantFrom<AnyRole[]>(...relay.roles),
  file: nat(),
  at: nat(),
  text: string({ maxLength: 3, unit: "binary" }),
});

/** Unmet rules of the files in a folder, read and judged anew. */
async function judge(role: AnyRole, folder: string): Promise<readonly Unmet[]> {
  const files = async (name: string) =>
    Promise.all((await readdir(join(folder, name))).map(async (file) => ({ name: file, bytes: await readFile(join(folder, name, file)) })));
  const inputs = readDocuments(role.consumes, await files("in"));
  const outputs = readDocuments(role.produces, await files("out"));
  if (inputs.ok && outputs.ok) return gate(role, { inputs: inputs.value, outputs: outputs.value }, { producer });
  return [...(inputs.ok ? [] : inputs.unmet), ...(outputs.ok ? [] : outputs.unmet)];
}

test("however an output is spoilt, what succeeds is exactly what lies in out/ and passes the gate; else something is unmet", async () => {
  await assert(
    asyncProperty(spoilt, async ({ role, file, at, text }) => {
      await using stage = await openStageFolder(role, documents);
      const { folder, run } = stage.job;
      const names = Object.keys(stage.outputs);
      const name = names[file % names.length] ?? "";
      const whole = stage.outputs[name] ?? "";
      const cut = at % (whole.length + 1);
      await stage.write("out", { ...stage.outputs, [name]: whole.slice(0, cut) + text + whole.slice(cut + 1) });
      const result = await finishStage({ role, run, folder, producer });
      const succeeded = result.outcome === "succeeded";
      const digests = Promise.all(result.files.map(async ({ name }) => sha256Of(await readFile(join(folder, "out", name)))));
      expect(await digests).toEqual(result.files.map(({ sha256 }) => sha256));
      expect(succeeded ? await judge(role, folder) : []).toEqual([]);
      expect({ files: result.files.length > 0, unmet: (result.unmet ?? []).length > 0 }).toEqual({ files: succeeded, unmet: !succeeded });
    }),
    { numRuns: 60 },
  );
});

test.for([
  ["a folder", "mkdir sg-review.md", "sg-review.md", "a folder, a pipe or a device"],
  ["a pipe", "mkfifo sg-review.md", "sg-review.md", "a folder, a pipe or a device"],
  ["a link", "ln -s /etc/passwd sg-review.md", "sg-review.md", "a symbolic link"],
  ["a file that is too large", "head -c 300000 /dev/zero > sg-review.md", "sg-review.md", "300000 bytes, where 262144 are allowed"],
  ["a further file", "cp ../ready/* .; echo x > thoughts.txt", "thoughts.txt", "a file thoughts.txt"],
  ["bytes that aren't text", "head -c 100 /dev/zero > sg-review.md", "sg-review.md", "a NUL at byte 0"],
  ["a note that isn't JSON", "cp ../ready/* .; echo done > result.json", "result.json", expect.stringContaining("JSON")],
  ["out/ exchanged for a link", "rm -r ../out; ln -s ready ../out", "out/", "something else"],
] as const)("%s is refused by its name", async ([, script, file, got]) => {
  await using stage = await openStageFolder(sg, documents);
  const { folder, run } = stage.job;
  await stage.write("ready", stage.outputs);
  execFileSync("/bin/sh", ["-c", script], { cwd: join(folder, "out") });
  const result = await finishStage({ role: sg, run, folder, producer });
  expect(result).toMatchObject({ outcome: "contract-violation", files: [], unmet: [{ file, got }] });
});

test("a file under another name is reported, and so is the one that it should have been", async () => {
  await using stage = await openStageFolder(sg, documents);
  await stage.write("out", { "review.md": stage.outputs["sg-review.md"] ?? "" });
  const result = await finishStage({ role: sg, run: stage.job.run, folder: stage.job.folder, producer });
  expect(result.unmet?.map(({ file }) => file).sort()).toEqual(["review.md", "sg-review.md"]);
});

test("an author who asks for a person, or says that it failed, is believed", async () => {
  await using stage = await openStageFolder(sg, documents);
  const say = async (note: object) => {
    await stage.write("out", { ...stage.outputs, "result.json": JSON.stringify(note) });
    return finishStage({ role: sg, run: stage.job.run, folder: stage.job.folder, producer });
  };
  expect(await say({ status: "done", notes: "fine" })).toMatchObject({ outcome: "succeeded" });
  expect(await say({ status: "failed", notes: "no licence" })).toMatchObject({
    outcome: "failed",
    detail: expect.stringContaining("no licence"),
    files: [],
  });
  expect(await say({ status: "needs-human", notes: "which S2?" })).toEqual({ outcome: "needs-human", detail: "which S2?", files: [] });
});
