import { readFileSync } from "node:fs";
import { chmod, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Execution, hasErrorCode, notes, sha256Of } from "@tasuki/protocol";
import { nano } from "@tasuki/contracts/roles/nano";
import { sg } from "@tasuki/contracts/roles/sg";
import { exampleRun } from "@tasuki/contracts/testing";
import { watchListings } from "@tasuki/protocol/testing";
import { expect, test } from "vitest";
import { openStageFolder, type StageFolder, testContext } from "../testing/stage-fixture.ts";
import { CommandConfig } from "./command-config.ts";
import { createCommandExecutor } from "./create-command-executor.ts";

/** Runs a shell script as the executor of sg, with the example's correct outputs in `ready/`. */
async function run(
  stage: StageFolder,
  script: string,
  {
    context = testContext(),
    environment = {},
    ...config
  }: Record<string, unknown> & { context?: ReturnType<typeof testContext>; environment?: Record<string, string> } = {},
): Promise<Execution> {
  await stage.write("ready", stage.outputs);
  const read = CommandConfig.parse({ kind: "command", name: "tool", argv: ["/bin/sh", "-c", script], ...config });
  return createCommandExecutor(read, environment).execute(stage.job, context);
}

test("exit code 0 and files that hold are a success, signed by the program's name", async () => {
  await using stage = await openStageFolder(sg, exampleRun());
  const execution = await run(stage, "cp ready/* out/");
  const text = stage.outputs["sg-review.md"] ?? "";
  expect(execution).toEqual({
    outcome: "succeeded",
    producer: "command:tool",
    decision: "converged",
    direction: "forward",
    files: [{ name: "sg-review.md", contract: "sg-review@1", sha256: sha256Of(text), size: Buffer.byteLength(text) }],
  });
});

test("a draft is completed, and the complete file is what counts", async () => {
  await using stage = await openStageFolder(sg, exampleRun());
  const withoutFrontMatter = (stage.outputs["sg-review.md"] ?? "").replace(/^---\n.*?\n---\n/s, "");
  await stage.write("draft", { "sg-review.md": withoutFrontMatter });
  const execution = await run(stage, "cp draft/* out/");
  expect(execution).toMatchObject({ outcome: "succeeded", decision: "converged" });
  const written = await readFile(join(stage.job.folder, "out/sg-review.md"), "utf8");
  expect(written).toContain(`run: ${stage.job.run}`);
  expect(execution.files[0]?.sha256).toBe(sha256Of(written));
});

test("a quotation that isn't verbatim breaks the contract, and the author is told where", async () => {
  await using stage = await openStageFolder(nano, exampleRun());
  // A letter of the first passage, doubled.
  await stage.write("draft", {
    ...stage.outputs,
    "de-raw-output.txt": (stage.outputs["de-raw-output.txt"] ?? "").replace(/^(\| .*?[a-z])([a-z])/m, "$1$2$2"),
  });
  const execution = await run(stage, inTurn("cp draft/* out/", "exit 1"));
  expect(execution).toMatchObject({ outcome: "contract-violation", files: [] });
  expect(execution.unmet?.[0]).toMatchObject({ file: "de-raw-output.txt", line: expect.any(Number) });
});

/** Script that does this in its first call, this in its second, and then this again and again. */
const inTurn = (...bodies: readonly string[]): string =>
  `n=$(cat calls 2>/dev/null || echo 0); n=$((n + 1)); echo $n > calls; case $n in ${bodies.map((body, at) => `${at + 1 === bodies.length ? "*" : at + 1}) ${body};;`).join(" ")} esac`;
const fenced = "{ echo '```markdown'; cat ready/sg-review.md; echo '```'; } > out/sg-review.md";

// guarantees: R5.repair
test.for([
  ["fenced", fenced, "sg-review.md line 1: expected # Verdicts; got ```markdown; write the file alone, without the lines of a fence"],
  ["prefaced", "{ echo 'Here is the review:'; echo; cat ready/sg-review.md; } > out/sg-review.md", "sg-review.md line 1: "],
  ["missing", "echo done", "sg-review.md: expected the file sg-review.md; got no such file; write sg-review.md"],
  ["misnamed", "cp ready/sg-review.md out/SG_Review.md", "SG_Review.md: expected only sg-review.md; got a file SG_Review.md"],
] as const)("a %s output goes back to its author with what is unmet, who mends it without a person", async ([, body, told]) => {
  await using stage = await openStageFolder(sg, exampleRun());
  const mend = `cat > stdin; cp in/notes.md prompt.md task.json seen; rm -f out/*; cp ready/* out/`;
  await stage.write("seen", {});
  await stage.write(".", { "task.json": JSON.stringify({ task: stage.job.task }) });
  expect(await run(stage, inTurn(body, mend))).toMatchObject({
    outcome: "repaired",
    decision: "converged",
    files: [{ name: "sg-review.md" }],
  });
  const seen = async (name: string): Promise<string> => readFile(join(stage.job.folder, name), "utf8");
  expect(await seen("stdin")).toBe(await seen("seen/prompt.md"));
  expect(await seen("seen/prompt.md")).toContain(`> - ${told}`);
  const noted = notes.read(await seen("seen/notes.md"));
  expect(noted).toMatchObject({ ok: true, value: { run: stage.job.run, notes: [{ kind: "unmet", by: "the gate of sg" }] } });
  expect(JSON.parse(await seen("seen/task.json"))).toEqual({ task: stage.job.task, notes: noted.ok && noted.value.notes });
});

test("what is not mended goes back twice and no more, with all that was said before, and then blocks", async () => {
  await using stage = await openStageFolder(sg, exampleRun());
  expect(await run(stage, inTurn(fenced))).toMatchObject({ outcome: "contract-violation", files: [] });
  expect(await readFile(join(stage.job.folder, "calls"), "utf8")).toBe("3\n");
  const noted = notes.read(await readFile(join(stage.job.folder, "in/notes.md"), "utf8"));
  expect(noted.ok && noted.value.notes.map(({ kind }) => kind)).toEqual(["unmet", "unmet"]);
});

test("neither a question, nor an input that was changed, nor an error is called for again", async () => {
  for (const [body, outcome] of [
    [`echo '{"status": "needs-human", "notes": "Which S2?"}' > out/result.json`, "needs-human"],
    ["cp ready/* out/; chmod u+w in/*; echo more >> in/brief.md", "contract-violation"],
    ["exit 3", "failed"],
  ] as const) {
    await using stage = await openStageFolder(sg, exampleRun());
    expect(await run(stage, inTurn(body))).toMatchObject({ outcome, ...(outcome === "needs-human" && { detail: "Which S2?" }) });
    expect(await readFile(join(stage.job.folder, "calls"), "utf8")).toBe("1\n");
  }
});

test("all calls of an attempt share its time: when it is over, nothing goes back", async () => {
  await using stage = await openStageFolder(sg, exampleRun());
  // A minute more once the program has ended, and its files are judged.
  const hasEnded = (): boolean => {
    try {
      return !process.kill(Number(readFileSync(join(stage.job.folder, "pid"), "utf8")), 0);
    } catch (error) {
      return hasErrorCode(error, "ESRCH");
    }
  };
  const context = testContext({ clock: { now: Date.now, monotonic: () => performance.now() + (hasEnded() ? 60_000 : 0) } });
  expect(await run(stage, `echo $$ > pid; ${inTurn(fenced)}`, { context, timeoutMs: 50_000 })).toMatchObject({
    outcome: "contract-violation",
  });
  expect(await readFile(join(stage.job.folder, "calls"), "utf8")).toBe("1\n");
});

test("exit code 75 asks for a retry; any other is a failure, whatever was written", async () => {
  await using stage = await openStageFolder(sg, exampleRun());
  expect(await run(stage, "cp ready/* out/; exit 75")).toMatchObject({ outcome: "deferred", files: [] });
  const failed = await run(stage, "cp ready/* out/; echo 'no model of that name' >&2; exit 3");
  expect(failed).toMatchObject({ outcome: "failed", files: [] });
  expect(failed.detail).toMatch(/^\/bin\/sh ended with exit code 3 after .* s\.\nstderr: no model of that name$/);
});

test("exit code 0 without a file is no output", async () => {
  await using stage = await openStageFolder(sg, exampleRun());
  expect(await run(stage, inTurn("echo done", "exit 1"))).toMatchObject({
    outcome: "no-output",
    detail: expect.stringContaining("stdout: done"),
  });
});

// guarantees: R5.silence
test("a program that declares nothing may be silent for longer than the heartbeat: its process decides", async () => {
  await using stage = await openStageFolder(sg, exampleRun());
  const impatient = { ...stage, job: { ...stage.job, heartbeat: 50 } };
  expect(await run(impatient, "sleep 1; cp ready/* out/")).toMatchObject({ outcome: "succeeded" });
});

// guarantees: R7.typed
test("a script whose interpreter is not there is misconfigured, which no attempt mends, and the interpreter is named", async () => {
  await using stage = await openStageFolder(sg, exampleRun());
  await stage.write("bin", { tool: "#!/nowhere/python3\n" });
  const tool = join(stage.job.folder, "bin", "tool");
  const execution = async () => run(stage, "", { argv: [tool] });
  expect(await execution()).toMatchObject({
    outcome: "misconfigured",
    detail: expect.stringContaining("tool can't be run: permission denied (EACCES); let this node's user run it"),
  });
  await chmod(tool, 0o700);
  const detail =
    /the first line of .*tool asks for an interpreter: \/nowhere\/python3 can't be run: no such file or directory \(ENOENT\); install it/;
  expect(await execution()).toMatchObject({ outcome: "misconfigured", detail: expect.stringMatching(detail) });
});

test("a program that hangs silently has stalled; one that is too slow has timed out", async () => {
  await using stage = await openStageFolder(sg, exampleRun());
  expect(await run(stage, "exec sleep 60", { silenceMs: 150 })).toMatchObject({ outcome: "stalled" });
  expect(await run(stage, "while :; do echo busy; sleep 0.02; done", { timeoutMs: 200 })).toMatchObject({ outcome: "timed-out" });
});

test("a flood of output ends it, and an abort cancels it", async () => {
  await using stage = await openStageFolder(sg, exampleRun());
  expect(await run(stage, "yes", { maxOutputBytes: 10_000 })).toMatchObject({ outcome: "output-limit" });
  const stop = new AbortController();
  const context = testContext({ signal: stop.signal, progress: () => stop.abort() });
  expect(await run(stage, "echo up; exec sleep 60", { context })).toMatchObject({ outcome: "cancelled" });
});

test.for([
  ["a symbolic link", "ln -s ../ready/sg-review.md out/sg-review.md", "sg-review.md", "a symbolic link"],
  ["a changed input", "cp ready/* out/; echo more >> in/brief.md", "brief.md", "other bytes"],
] as const)("%s is refused", async ([, script, file, got]) => {
  await using stage = await openStageFolder(sg, exampleRun());
  expect(await run(stage, script)).toMatchObject({ outcome: "contract-violation", files: [], unmet: [{ file, got }] });
});

test("what lay in out/ before the attempt doesn't count", async () => {
  await using stage = await openStageFolder(sg, exampleRun());
  await stage.write("out", stage.outputs);
  expect(await run(stage, inTurn("true", "exit 1"))).toMatchObject({ outcome: "no-output" });
});

test("a program that isn't there, or is none, is a misconfiguration", async () => {
  await using stage = await openStageFolder(sg, exampleRun());
  const missing = await run(stage, "", { argv: [join(stage.job.folder, "missing")] });
  expect(missing).toMatchObject({ outcome: "misconfigured", detail: expect.stringMatching(/ENOENT.*executor\.argv/) });
  expect(await run(stage, "", { argv: ["/etc/passwd"] })).toMatchObject({ outcome: "misconfigured" });
  expect(await run(stage, "", { argv: ["/usr"] })).toMatchObject({ outcome: "misconfigured" });
});

test("a program sees the job and what is configured, and nothing else of the node's environment", async () => {
  await using stage = await openStageFolder(sg, exampleRun());
  const execution = await run(stage, `env | sort; test "$TASUKI_IN" = "$PWD/in"; echo "$1"; exit 1`, {
    argv: ["/bin/sh", "-c", `env | sed 's/=.*//' | sort | tr '\\n' ' '; echo "$SECRET $0 $1"; exit 1`, "{inputFile}", "{outputFile}"],
    env: { pass: ["SECRET"], set: { LANG: "de_DE.UTF-8" } },
    environment: { SECRET: "hunter2-hunter2", OTHER: "x" },
  });
  const { folder } = stage.job;
  const names =
    "LANG PATH PWD SECRET TASUKI_ATTEMPT TASUKI_ATTEMPT_NUMBER TASUKI_EPOCH TASUKI_IN TASUKI_OUT TASUKI_PROMPT TASUKI_RUN TASUKI_STAGE TASUKI_TASK TASUKI_WORKDIR";
  expect(execution.detail?.split("\n").slice(1).join("\n")).toBe(
    `stdout: ${names} [value from env] ${folder}/prompt.md ${folder}/out/sg-review.md`,
  );
});

test("the prompt says what to read and to write; it is a file, and stdin where that is asked for", async () => {
  await using stage = await openStageFolder(sg, exampleRun());
  expect(await run(stage, "cmp prompt.md - && exit 75")).toMatchObject({ outcome: "deferred" });
  expect(await run(stage, `test -z "$(cat)" && exit 75`, { input: "files" })).toMatchObject({ outcome: "deferred" });
  const prompt = await readFile(join(stage.job.folder, "prompt.md"), "utf8");
  for (const part of ["in/candidate-list.md", "in/S*.txt", "out/sg-review.md", "| item | verdict | into | reason |"])
    expect(prompt).toContain(part);
});

// guarantees: R5.bounded
test("a program that fills out/ with thousands of files is refused, and the node's own process reads few of their names", async () => {
  await using stage = await openStageFolder(sg, exampleRun());
  using listings = watchListings(stage.job.folder);
  const script = `cp ready/* out/; cd out; i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); : > f$i; done; sleep 1.5`;
  expect(await run(stage, inTurn(script, "exit 1"))).toMatchObject({
    outcome: "contract-violation",
    unmet: [{ file: "out/", got: "more than 1000 files" }],
  });
  expect(listings.mostAtOnce()).toBeLessThanOrEqual(256);
});

test("what a program leaves in the way of its result is neither read nor removed", async () => {
  await using stage = await openStageFolder(sg, exampleRun());
  expect(await run(stage, "cp ready/* out/; mkdir stage-result.json; : > stage-result.json/file")).toMatchObject({ outcome: "succeeded" });
  expect(await readFile(join(stage.job.folder, "stage-result.json", "file"), "utf8")).toBe("");
});
