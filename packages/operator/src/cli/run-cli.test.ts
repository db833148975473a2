import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, test, vi } from "vitest";
import { at, blockedStatus, exampleStatus, runId, startFakeMain } from "../api/operator-fixture.ts";
import { startTasuki, tasuki } from "./cli-fixture.ts";

const final = { name: "jp-final.txt", contract: "jp-final@1", size: 14, sha256: "f".repeat(64) };
const closed = exampleStatus({
  state: "closed",
  endedAt: at(5),
  stages: exampleStatus().stages.map((stage) => (stage.stage === "jp" ? { ...stage, rung: "verified" as const, outputs: [final] } : stage)),
});
const finalText = { ...final, task: runId, direction: "out" as const, text: "A receipt. \u001b[2J[C1]\n" };

test("run uploads files and folders as S1, S2, …, says what it skips, and prints the run's id", async () => {
  await using main = await startFakeMain();
  const folder = join(main.data, "docs");
  await mkdir(join(folder, "node_modules", "x"), { recursive: true });
  await mkdir(join(folder, "b"));
  for (const [name, bytes] of [
    ["a.md", "# A"],
    ["b/LICENSE", "free"],
    ["picture.png", "\u0089PNG\0"],
    ["openapi.json", "{}"],
    ["empty.txt", ""],
    [".hidden", "no"],
    ["node_modules/x/README.md", "no"],
  ] as const)
    await writeFile(join(folder, name), bytes, "latin1");
  const { code, stdout, stderr } = await tasuki(["run", "What is A?", "docs", "docs/a.md", "--data", main.data, "--profile", "plain"], {
    cwd: main.data,
  });
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${runId}\n` });
  expect(main.uploads.map(({ text }) => text).sort()).toEqual(["# A", "free"]);
  expect(main.started).toMatchObject([
    {
      kind: "run",
      brief: "What is A?",
      profile: "plain",
      attachments: [
        { name: "S1.md", contract: "source@1", size: 3, label: "docs/a.md" },
        { name: "S2.txt", contract: "source@1", size: 4, label: "docs/b/LICENSE" },
      ],
    },
  ]);
  expect(stderr).toContain("skipped docs/picture.png: it is a binary file");
  expect(stderr).toContain("skipped docs/empty.txt: it is empty");
  expect(stderr).toContain("skipped docs/openapi.json: it is data for programs");
  expect(stderr).toContain(`pnpm tasuki watch ${runId} --data ${main.data}`);
});

test("the brief may be a file, or come from stdin; the id makes it idempotent", async () => {
  await using main = await startFakeMain();
  await writeFile(join(main.data, "brief.md"), "From a file?");
  const id = "01a20ed8-0000-756e-8e5f-b0ba1c5c733f";
  const ran = await tasuki(["run", "brief.md", "--id", id, "--json", "--data", main.data], { cwd: main.data });
  expect(JSON.parse(ran.stdout)).toEqual({ v: 1, run: id });
  await tasuki(["run", "-", "--data", main.data], { stdin: "From stdin?" });
  expect(main.started.map(({ brief, id }) => [brief, id])).toEqual([
    ["From a file?", id],
    ["From stdin?", undefined],
  ]);
});

test.each([
  { args: ["run", "What?", "nothing.md"], code: 3, says: /no file or folder .*nothing\.md/ },
  { args: ["run", "brief.md"], code: 3, says: /no file .*brief\.md to read the brief from/ },
  { args: ["run", " "], code: 7, says: /brief is empty/ },
  { args: ["run", "What?", "--id", "7"], code: 7, says: /UUID of version 7/ },
  { args: ["run"], code: 2, says: /missing required argument 'brief'/ },
  { args: ["run", "What?", "--profile", "fancy"], code: 2, says: /cited, plain/ },
  { args: ["runn"], code: 2, says: /Did you mean run/ },
])("tasuki $args ends with $code, and says why", async ({ args, code, says }) => {
  await using main = await startFakeMain();
  const ran = await tasuki([...args, ...(code === 2 ? [] : ["--data", main.data])], { cwd: main.data });
  expect(ran).toMatchObject({ code, stdout: "" });
  expect(ran.stderr).toMatch(says);
  expect(main.started).toEqual([]);
});

test("help begins with examples", async () => {
  const { code, stdout } = await tasuki(["run", "--help"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Examples:\n {2}pnpm tasuki run "What is a receipt\?"/);
});

test("where main does not run, every verb says so and ends with 6", async () => {
  for (const args of [["ls"], ["run", "What?"], ["show", "last"], ["nodes"]]) {
    const { code, stderr } = await tasuki([...args, "--data", "/nowhere"]);
    expect({ code, stderr }).toEqual({ code: 6, stderr: expect.stringContaining("pnpm tasuki dev --data /nowhere") });
  }
});

test.each([
  { status: closed, code: 0, says: /is closed in 5\.00 s/ },
  { status: exampleStatus({ state: "cancelled", endedAt: at(5) }), code: 8, says: /is cancelled/ },
  { status: blockedStatus(), code: 9, says: /clears with tasuki retry[\s\S]*got {7}maybe[\s\S]*needs a person/ },
])("run --wait exits by how the run ended: $code", async ({ status, code, says }) => {
  await using main = await startFakeMain(status, [finalText]);
  const ran = await tasuki(["run", "What?", "--wait", "--data", main.data]);
  expect(ran.code).toBe(code);
  expect(ran.stderr).toMatch(says);
  expect(ran.stdout).toBe(code === 0 ? finalText.text : "");
  const json = await tasuki(["run", "What?", "--wait", "--json", "--data", main.data]);
  expect(JSON.parse(json.stdout)).toMatchObject({ v: 1, run: runId, status: { state: status.state } });
});

test("on a terminal the stages are redrawn, and Ctrl-C stops the watching, not the run", async () => {
  await using main = await startFakeMain();
  const stopped = new AbortController();
  const watching = startTasuki(["watch", runId, "--data", main.data], { signal: stopped.signal, terminal: 80 });
  await vi.waitFor(() => expect(watching.printed()).toContain("\u001b[4A"));
  stopped.abort();
  const { code, stderr } = await watching.ended;
  expect(code).toBe(130);
  expect(stripVTControlCharacters(stderr)).toMatch(/nano {2}█+ {2}verified/);
  expect(stderr).toContain("goes on");
});

test("watch --json is an object on a line for each change", async () => {
  await using main = await startFakeMain();
  const watching = startTasuki(["watch", "last", "--json", "--data", main.data]);
  await vi.waitFor(() => expect(watching.printed()).toContain('"state":"open"'));
  main.set(closed);
  const { code, stdout } = await watching.ended;
  const states = stdout
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { status: { state: string } }).status.state);
  expect({ code, states }).toEqual({ code: 0, states: ["open", "closed"] });
});

test("watch ends as the run did: only a run that is closed is success", async () => {
  await using main = await startFakeMain(blockedStatus());
  expect((await tasuki(["watch", "last", "--data", main.data])).code).toBe(9);
  main.set(exampleStatus({ state: "cancelled" }));
  expect((await tasuki(["watch", "last", "--data", main.data])).code).toBe(8);
});

test("a run is named by its id, the end of it, or 'last'", async () => {
  await using main = await startFakeMain(blockedStatus());
  for (const name of [runId, "733f", "last"]) {
    const { code, stdout, stderr } = await tasuki(["show", name, "--data", main.data]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("sg is blocked") });
    expect(stderr).toContain(`pnpm tasuki retry ${runId}`);
  }
  expect(await tasuki(["show", "0000", "--data", main.data])).toMatchObject({ code: 3 });
  main.set(exampleStatus({ id: "01a20ed8-0000-756e-8e5f-b0ba1c5c733f" }));
  expect(await tasuki(["show", "733f", "--data", main.data])).toMatchObject({ code: 5, stderr: expect.stringContaining("More than one") });
});

test("artifacts lists what stages produced, and prints a file as it is", async () => {
  await using main = await startFakeMain(closed, [finalText]);
  const list = await tasuki(["artifacts", "last", "--data", main.data]);
  expect(list.stdout).toMatch(/^candidate-list\.md {2}nano .*\njp-final\.txt +jp +jp-final@1 +14 B {2}f{64}$/m);
  expect((await tasuki(["artifacts", "last", "jp-final.txt", "--data", main.data])).stdout).toBe(finalText.text);
  const absent = await tasuki(["artifacts", "last", "x.txt", "--data", main.data]);
  expect(absent).toMatchObject({ code: 3, stderr: expect.stringContaining("candidate-list.md, jp-final.txt") });
});

test("nudge says where each node stands, and who has not answered", async () => {
  await using main = await startFakeMain();
  const { code, stdout, stderr } = await tasuki(["nudge", "last", "--stage", "sg", "--data", main.data]);
  expect(code).toBe(0);
  expect(stdout).toContain("nano: nano at epoch 1 is produced; hand-off to sg is pending after 7 tries\n");
  expect(stdout).toContain("sg has not answered: unreachable");
  expect(stderr).toMatch(/awaits '[a-z-]+' of [a-z]+/);
  expect(main.asked).toContainEqual({ nudge: { run: runId, by: "local", stage: "sg" } });
});

test("retry and cancel say what they did, and ls and nodes what there is", async () => {
  await using main = await startFakeMain(blockedStatus());
  const data = ["--data", main.data];
  expect((await tasuki(["retry", "last", "--from", "sg", "--reason", "mended", ...data])).stdout).toBe(
    `Run ${runId} goes on at epoch 2.\n`,
  );
  expect((await tasuki(["cancel", runId, ...data])).stdout).toBe(`Run ${runId} is cancelled.\n`);
  expect(await tasuki(["retry", runId, ...data])).toMatchObject({ code: 5 });
  expect((await tasuki(["ls", ...data])).stdout).toContain("cancelled");
  expect((await tasuki(["ls", "--open", ...data])).stderr).toContain("There is no open run");
  expect(JSON.parse((await tasuki(["nodes", "--json", ...data])).stdout)).toMatchObject({ v: 1, nodes: [{ role: "nano" }] });
  expect((await tasuki(["nodes", ...data])).stderr).toContain("main has no connection to nano");
});
