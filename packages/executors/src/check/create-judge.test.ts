import { setImmediate } from "node:timers/promises";
import { artifactsOnWire, type AnyArtifact, fileNameOf, type JudgedFile, type Pipeline } from "@tasuki/protocol";
import { exampleRelay as relay, exampleRun } from "@tasuki/contracts/testing";
import { expect, test } from "vitest";
import { createJudge } from "./create-judge.ts";

const artifactOf = (name: string): AnyArtifact => {
  const found = artifactsOnWire(relay).find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};
const final = artifactOf("jp-final");
const good = exampleRun()["jp-final"]?.[0]?.text ?? "";
const fileOf = (text: string, { by = "node:jp", artifact = final }: { by?: string; artifact?: AnyArtifact } = {}): JudgedFile => ({
  artifact,
  name: artifact.file,
  size: Buffer.byteLength(text),
  by,
  read: async () => Buffer.from(text),
});
/** A final of the largest size that the contract allows, with a fault in every line. */
const largest = "[C1] x\n".repeat(Math.floor(final.maxBytes / 7));

// guarantees: R5.loop
test("the loop goes on while the largest file is judged", async () => {
  const judging = createJudge(relay, { fileMs: 600_000 }).judge(fileOf(largest));
  // A file that held the loop would be judged within one turn of it.
  const over = new AbortController();
  const judged = judging.finally(() => over.abort());
  let turns = 0;
  for (; !over.signal.aborted; turns += 1) await setImmediate();
  expect((await judged).length).toBeGreaterThan(1);
  expect(turns).toBeGreaterThan(100);
});

test("a file gets the same faults aside as at once, whatever its size", async () => {
  const aside = createJudge(relay, { atOnce: 0 });
  const atOnce = createJudge(relay, { atOnce: Number.MAX_SAFE_INTEGER });
  for (const text of [good, good.replace("# ", "#"), "", "\0", "no final\n"])
    expect(await aside.judge(fileOf(text))).toEqual(await atOnce.judge(fileOf(text)));
  expect(await aside.judge(fileOf(good))).toEqual([]);
});

test("every contract whose files nodes bring each other is known aside", async () => {
  const [aside, atOnce] = [createJudge(relay, { atOnce: 0 }), createJudge(relay)];
  for (const artifact of artifactsOnWire(relay)) {
    const file = { artifact, name: fileNameOf(artifact, 1), size: 0, by: "node:main", read: async () => Buffer.of() };
    expect(await aside.judge(file)).toEqual(await atOnce.judge(file));
  }
});

test("a run.json, and a text in another version, are the same read aside as at once, and so are their refusals", async () => {
  const run = artifactOf("run");
  const text = exampleRun()["run"]?.[0]?.text ?? "";
  const aside = createJudge(relay, { atOnce: 0 });
  const atOnce = createJudge(relay, { atOnce: Number.MAX_SAFE_INTEGER });
  const plan = await aside.plan(fileOf(text, { artifact: run }));
  expect(plan).toEqual(await atOnce.plan(fileOf(text, { artifact: run })));
  expect(plan).toMatchObject({ versions: { run: 1 }, route: [{ role: "nano" }, { role: "sg" }, { role: "jp" }] });
  for (const [broken, code] of [
    ["{}", "contract_violation"],
    [text.replace("run@1", "run@7"), "unknown_version"],
  ] as const)
    for (const judge of [aside, atOnce]) await expect(judge.plan(fileOf(broken, { artifact: run }))).rejects.toMatchObject({ code });
  for (const one of [good, "no final\n"]) expect(await aside.rewrite(fileOf(one), final)).toEqual(await atOnce.rewrite(fileOf(one), final));
  expect(await aside.rewrite(fileOf(good), final)).toEqual({ ok: true, value: good });
});

test("those who made the files take turns: many files of one hold up another's by one", async () => {
  const judge = createJudge(relay, { atOnce: 0 });
  const order: string[] = [];
  const judged = (by: string) => judge.judge(fileOf(good, { by })).then(() => order.push(by));
  await Promise.all([judged("many"), judged("many"), judged("many"), judged("many"), judged("one")]);
  expect(order.indexOf("one")).toBeLessThanOrEqual(2);
});

test("a file that takes too long, or too much memory, is not judged; the next one is", async () => {
  const slow = createJudge(relay, { atOnce: 0, fileMs: 1 });
  await expect(slow.judge(fileOf(largest))).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("took more than 1 ms"),
  });
  const small = createJudge(relay, { atOnce: 0, memoryMiB: 48 });
  await expect(small.judge(fileOf(largest))).rejects.toMatchObject({ code: "unavailable" });
  expect(await small.judge(fileOf(good))).toEqual([]);
});

test("a judge whose relay's files have changed since it started says so, and judges nothing", async () => {
  const changed: Pipeline = { ...relay, roles: relay.roles.slice(0, 1) };
  await expect(createJudge(changed, { atOnce: 0 }).judge(fileOf(good))).rejects.toMatchObject({ code: "invalid_state" });
});

test("a file that can't be read is an error of its own, and the next one is judged", async () => {
  const judge = createJudge(relay, { atOnce: 0 });
  await expect(judge.judge({ ...fileOf(good), read: () => Promise.reject(new Error("no such file")) })).rejects.toThrow("no such file");
  expect(await judge.judge(fileOf(good))).toEqual([]);
});
