import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { claimedReceipt } from "@tasuki/evidence";
import { type Pipeline, type RunStatus, sha256Of } from "@tasuki/protocol";
import { expect, onTestFinished, test, vi } from "vitest";
import { letterText, letterWork } from "../testing/letter-relay.ts";
import { heldWork, type OperatedRelay, startOperatedRelay, waiting } from "../testing/start-operated-relay.ts";
import { startTasuki, tasuki } from "../testing/run-tasuki.ts";

const runId = "01a20ed8-8597-756e-8e5f-b0ba1c5c733f";
/** Main alone takes runs, and hands nothing on. */
const alone = ["writer", "editor", "printer"];
const broken = () => ({ "review.txt": "maybe" });

const isBlocked = ({ stages }: RunStatus): boolean => stages.some(({ condition }) => condition === "blocked");
const isClosed = ({ state }: RunStatus): boolean => state === "closed";
const isVerified = (stage: string) => (status: RunStatus) => status.stages.some((one) => one.stage === stage && one.rung === "verified");

/** A run's task as main took it. */
async function taskOf({ relay }: OperatedRelay, run: string) {
  return (await relay.node("main").store.task(run))?.payload;
}

async function startRun({ relay, data }: OperatedRelay, id = runId): Promise<string> {
  expect(await tasuki(["run", "What is a receipt?", "--id", id, "--data", data])).toMatchObject({ code: 0, stdout: `${id}\n` });
  expect(await relay.node("main").orchestrator?.run(id)).toBeDefined();
  return id;
}

test("run uploads files and folders as S1, S2, …, says what it skips, and prints the run's id", async () => {
  await using main = await startOperatedRelay({ without: alone });
  const folder = join(main.data, "docs");
  await mkdir(join(folder, "node_modules", "x"), { recursive: true });
  await mkdir(join(folder, "b"));
  for (const [name, bytes] of [
    ["a.md", "# A"],
    ["b/LICENSE", "free"],
    ["notes.docx", "PK\u0003\u0004word/document.xml"],
    ["old.rtf", "{\\rtf1 A}"],
    ["picture.png", "\u0089PNG\0"],
    ["openapi.json", "{}"],
    ["empty.txt", ""],
    [".hidden", "no"],
    ["node_modules/x/README.md", "no"],
  ] as const)
    await writeFile(join(folder, name), bytes, "latin1");
  const options = ["--profile", "friendly", "--clock", "startToClose=2h", "--clock", "heartbeat=90s", "--deadline", "30d"];
  const { code, stdout, stderr } = await tasuki(["run", "What is A?", "docs", "docs/a.md", "--data", main.data, ...options], {
    cwd: main.data,
  });
  const run = stdout.trim();
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^[0-9a-f-]{36}\n$/) });
  expect(await taskOf(main, run)).toMatchObject({
    kind: "run",
    brief: "What is A?",
    profile: "friendly",
    clocks: { startToClose: 7_200_000, heartbeat: 90_000 },
    deadline: expect.stringMatching(/^20\d\d-/),
    attachments: [
      { name: "S1.md", contract: "source@1", size: 3, label: "docs/a.md" },
      { name: "S2.txt", contract: "source@1", size: 4, label: "docs/b/LICENSE" },
      { name: "S3.docx", contract: "source@1", size: 21, label: "docs/notes.docx" },
    ],
  });
  const { blobs } = main.relay.node("main").store;
  const uploads = ((await taskOf(main, run))?.attachments ?? []).map(async ({ sha256 }) => (await blobs.read(sha256)).toString("utf8"));
  expect(await Promise.all(uploads)).toEqual(["# A", "free", "PK\u0003\u0004word/document.xml"]);
  expect(stderr).toContain("skipped docs/old.rtf: it is an RTF document; save it as DOCX or PDF, and give that");
  expect(stderr).toContain("skipped docs/picture.png: it is a picture (PNG)");
  expect(stderr).toContain("skipped docs/empty.txt: it is empty");
  expect(stderr).toContain("skipped docs/openapi.json: it is data for programs");
  expect(stderr).toContain(`pnpm tasuki watch ${run} --data ${main.data}`);
});

test("the brief may be a file, or come from stdin; the id makes it idempotent", async () => {
  await using main = await startOperatedRelay({ without: alone });
  await writeFile(join(main.data, "brief.md"), "From a file?");
  for (let time = 0; time < 2; time += 1) {
    const ran = await tasuki(["run", "brief.md", "--id", runId, "--json", "--data", main.data], { cwd: main.data });
    expect(JSON.parse(ran.stdout)).toEqual({ v: 1, run: runId });
  }
  const other = (await tasuki(["run", "-", "--data", main.data], { stdin: "From stdin?" })).stdout.trim();
  expect(other).not.toBe(runId);
  const tasks = await Promise.all([runId, other].map((run) => taskOf(main, run)));
  expect(tasks.map((task) => task?.brief)).toEqual(["From a file?", "From stdin?"]);
  expect(await main.client.runs()).toHaveLength(2);
  const first = await tasuki(["ls", "--limit", "1", "--data", main.data]);
  expect([first.stdout, first.stderr]).toEqual([expect.stringContaining(other), expect.stringContaining(`--after ${other}`)]);
  const rest = await tasuki(["ls", "--after", other, "--json", "--data", main.data]);
  expect(JSON.parse(rest.stdout)).toMatchObject({ runs: [{ id: runId }] });
  expect((await tasuki(["ls", "--after", runId, "--data", main.data])).stderr).toContain("There is no older run");
});

test.each([
  ["UTF-8", Buffer.from("\ufeffHow long is it kept?\r\n")],
  ["UTF-16", Buffer.from("\ufeffHow long is it kept?\r\n", "utf16le")],
])("a brief may have the byte order mark of an editor: %s", async (_, bytes) => {
  await using main = await startOperatedRelay({ without: alone });
  await writeFile(join(main.data, "brief.md"), bytes);
  const ran = await tasuki(["run", "brief.md", "--id", runId, "--data", main.data], { cwd: main.data });
  expect(ran).toMatchObject({ code: 0 });
  expect((await taskOf(main, runId))?.brief).toBe("How long is it kept?\r\n");
});

test("one document that can't be read does not stop the others, and is named with the cause", async () => {
  await using main = await startOperatedRelay({ without: alone });
  const folder = join(main.data, "docs");
  await mkdir(folder);
  await writeFile(join(folder, "a.md"), "# A");
  const badName = Buffer.concat([Buffer.from(join(folder, "bad")), Buffer.from([0xff, 0xfe]), Buffer.from("name.md")]);
  await writeFile(badName, "# B");
  await symlink("loop.md", join(main.data, "loop.md"));
  const given = ["docs", badName.toString("utf8"), "docs/a.md"];
  const ran = await tasuki(["run", "What is A?", ...given, "--id", runId, "--data", main.data], { cwd: main.data });
  expect(ran).toMatchObject({ code: 0, stderr: expect.stringMatching(/skipped docs\/bad.*: its name is not UTF-8: rename it/) });
  expect((await taskOf(main, runId))?.attachments).toMatchObject([{ name: "S1.md", label: "docs/a.md" }]);
  const looped = await tasuki(["run", "What is A?", "loop.md", "--data", main.data], { cwd: main.data });
  expect(looped).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("loop.md can't be read: too many symbolic links encountered (ELOOP)."),
  });
});

test("a run without a document warns that there is nothing to answer from", async () => {
  await using main = await startOperatedRelay();
  const ran = await tasuki(["run", "What?", "--wait", "--data", main.data]);
  expect(ran).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^no documents were given: .* To give some, name files or folders after the brief\.\n/),
  });
  expect(ran.stderr).toContain("The text answers from nothing: no document was given.");
});

const views: Pipeline["views"] = {
  "what it asks"({ order = [] }) {
    const [{ text } = { text: "" }] = order;
    return text === "Why?" ? [1] : text.split("? ").map((part, at) => (at > 1 ? part : { n: `Q${at + 1}`, part }));
  },
};
const explain = "what it asks";

test("run says before it starts how the relay takes a brief, a line each, where it has a view for that", async () => {
  await using main = await startOperatedRelay({ without: alone, views, explain });
  const run = (brief: string, ...options: string[]) => startTasuki(["run", brief, "--data", main.data, ...options], { terminal: 80 }).ended;
  const asked = await run(`What is\na \u001b[2Jreceipt? ${"long ".repeat(100)}? Or?`);
  expect(asked).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[0-9a-f-]{36}\n$/) });
  expect(stripVTControlCharacters(asked.printed)).toMatch(
    / {2}Q1 {2}What is a \[2Jreceipt\n {2}Q2 {2}(?:long ){2,}.*…\n {2}Or\?\n.*with 0 sources\n[0-9a-f-]{36}\nFollow it/,
  );
  // An answer that is no list of texts is not shown, and neither is one that does not come: that is said.
  expect(stripVTControlCharacters((await run("Why?")).stderr)).toMatch(
    /does not say how it takes the brief; the run begins anyway\.\n[^]*Follow it/,
  );
  const json = await run("What?", "--json");
  expect(JSON.parse(json.stdout)).toEqual({ v: 1, run: expect.any(String), reading: [{ n: "Q1", part: "What?" }] });
  expect(json.stderr).not.toContain("Q1");
  expect((await tasuki(["run", "What?", "--data", main.data])).stderr).toContain("Q1  What?");
});

test("Ctrl-C while a brief is explained starts nothing", async () => {
  const asked = Promise.withResolvers<void>();
  const never = (): Promise<never> => (asked.resolve(), new Promise(() => undefined));
  await using main = await startOperatedRelay({ without: alone, views: { never }, explain: "never" });
  const stopped = new AbortController();
  const running = startTasuki(["run", "What?", "--data", main.data], { terminal: 80, signal: stopped.signal });
  await asked.promise;
  stopped.abort();
  expect(await running.ended).toMatchObject({ stdout: "" });
  expect(await main.client.runs()).toEqual([]);
});

test("a profile that the relay doesn't have is refused before anything is uploaded", async () => {
  await using main = await startOperatedRelay({ without: alone });
  await writeFile(join(main.data, "a.md"), "# A");
  const ran = await tasuki(["run", "What?", "a.md", "--profile", "fancy", "--data", main.data], { cwd: main.data });
  expect(ran).toMatchObject({ code: 7, stderr: expect.stringContaining("no profile 'fancy'; it has: formal, friendly.") });
  const sha256 = sha256Of("# A");
  expect((await main.relay.node("main").store.blobsOf([sha256])).has(sha256)).toBe(false);
});

test.each([
  { args: ["run", "What?", "nothing.md"], code: 3, says: /no file or folder .*nothing\.md/ },
  {
    args: ["run", "What", "is", "it?"],
    code: 3,
    says: /no file or folder .*is\. A brief of several words is one argument: put it in quotes/,
  },
  { args: ["run", "brief.md"], code: 3, says: /no file .*brief\.md to read the brief from/ },
  { args: ["run", " "], code: 7, says: /brief is empty/ },
  { args: ["run", "What?", "--id", "7"], code: 7, says: /UUID of version 7/ },
  { args: ["run", "What?", ""], code: 7, says: /One of the paths is empty \(""\)/ },
  { args: ["run", ""], code: 7, says: /brief is empty/ },
  { args: ["run"], code: 2, says: /missing required argument 'brief'/ },
  { args: ["run", "What?", "--profile", "fancy"], code: 7, says: /no profile 'fancy'.*formal, friendly/ },
  { args: ["runn"], code: 2, says: /Did you mean run/ },
  { args: ["run", "empty"], code: 7, says: /empty is a folder, and the brief is the first argument/ },
  { args: ["run", "empty", "What?"], code: 7, says: /empty is a folder, and the brief is the first argument/ },
  { args: ["run", "What?", "links"], code: 7, says: /skipped links\/gone\.md: it is a link; name it itself[^]* nothing to answer from/ },
  { args: ["run", "What?", "empty"], code: 7, says: /skipped empty: it has no documents[^]* nothing to answer from/ },
  { args: ["run", "What?", "blank.md"], code: 7, says: /skipped blank.md: it is empty[^]* nothing to answer from/ },
  { args: ["run", "--brief", "What?"], code: 2, says: /The brief is the first argument: a text, a file, or - for stdin/ },
  ...["", " "].flatMap((text) => [
    { args: ["answer", "last", text], code: 7, says: /The answer is empty/ },
    ...[
      ["retry", "last", "--note"],
      ["retry", "last", "--reason"],
      ["cancel", "last", "--reason"],
      ["nudge", "last", "--reason"],
    ].map((words) => ({ args: [...words, text], code: 2, says: /is invalid\. It is empty: give a text, or leave the option out/ })),
  ]),
])("tasuki $args ends with $code, and says why", async ({ args, code, says }) => {
  await using main = await startOperatedRelay({ without: alone });
  await mkdir(join(main.data, "empty"));
  await mkdir(join(main.data, "links"));
  await symlink("/nowhere", join(main.data, "links", "gone.md"));
  await writeFile(join(main.data, "blank.md"), "");
  const ran = await tasuki([...args, ...(code === 2 ? [] : ["--data", main.data])], { cwd: main.data });
  expect(ran).toMatchObject({ code, stdout: "" });
  expect(ran.stderr).toMatch(says);
  expect(await main.client.runs()).toEqual([]);
});

test("help begins with examples", async () => {
  const { code, stdout } = await tasuki(["run", "--help"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Examples:\n {2}pnpm tasuki run "What is a receipt\?"/);
});

test("an empty path is refused, wherever one is given: it would be the folder that the user is in", async () => {
  for (const args of [
    ["ls", "--data", ""],
    ["check", ""],
    ["acl", "check", "--policy", ""],
    ["dev", "--data", ""],
    ["start", "main", "--data", ""],
  ])
    expect(await tasuki(args, { cwd: "/nowhere" })).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('One of the paths is empty ("")'),
    });
});

// guarantees: R7.typed
test("a main that gives no answer is told with the cause, and with what can help against it", async () => {
  const data = await mkdtemp(join(tmpdir(), "tasuki-no-main-"));
  onTestFinished(() => rm(data, { recursive: true }));
  const long = join(data, "x".repeat(100));
  const says = async (folder: string) => (await tasuki(["ls", "--data", folder])).stderr;
  expect(await says(data)).toContain("no such file or directory (ENOENT). Start the relay with 'pnpm tasuki dev");
  expect(await says(long)).toMatch(/is too long for a socket \(at most 107 bytes\).*shorter path/);
  expect(await says(long)).not.toContain("Start the relay");
  await mkdir(join(data, "main"));
  const silent = createServer((socket) => void socket.end());
  await once(silent.listen(join(data, "main", "operator.sock")), "listening");
  onTestFinished(() => void silent.close());
  expect(await says(data)).toMatch(/gave no answer: .*its log: .*main\/logs\/node\.jsonl/);
  expect(await says(data)).not.toContain("Start the relay");
});

test("where main does not run, every verb says so and ends with 6", async () => {
  for (const args of [["ls"], ["run", "What?"], ["show", "last"], ["nodes"]]) {
    const { code, stderr } = await tasuki([...args, "--data", "/nowhere"]);
    expect({ code, stderr }).toEqual({
      code: 6,
      stderr: expect.stringMatching(/^(?:no documents .*\n)?tasuki: No main answers .*pnpm tasuki dev --data \/nowhere.*\n$/),
    });
  }
});

test.each([
  { ends: "closed", state: "closed", code: 0, says: /is closed in \d+\.\d\d s/ },
  { ends: "cancelled", state: "cancelled", code: 8, says: /is cancelled/ },
  {
    ends: "blocked",
    state: "open",
    code: 9,
    says: /clears with pnpm tasuki retry \S+ --from editor --data \S+[\s\S]*got {7}maybe[\s\S]*needs a person/,
  },
])("run --wait exits by how the run ended: $ends, $code", async ({ ends, state, code, says }) => {
  const held = heldWork(letterWork.editor);
  const work = { closed: letterWork.editor, cancelled: held.work, blocked: broken }[ends];
  await using main = await startOperatedRelay(work && { work: { editor: work } });
  const wait = async (...options: string[]) => {
    const running = startTasuki(["run", "What?", "--wait", "--data", main.data, ...options]);
    if (ends === "cancelled") {
      const run = await vi.waitUntil(async () => (await main.client.runs({ open: true }))[0]?.id, waiting);
      await main.relay.until(run, isVerified("writer"));
      await main.client.decide({ is: "cancel", run });
    }
    return running.ended;
  };
  const ran = await wait();
  expect(ran.code).toBe(code);
  expect(ran.stderr).toMatch(says);
  expect(ran.stdout).toBe(code === 0 ? letterText : "");
  const json = await wait("--json");
  expect(JSON.parse(json.stdout)).toMatchObject({ v: 1, run: expect.any(String), status: { state } });
});

test("on a terminal the stages are redrawn, and Ctrl-C stops the watching, not the run", async () => {
  await using main = await startOperatedRelay({ work: { editor: heldWork(letterWork.editor).work } });
  const run = await startRun(main);
  await main.relay.until(run, isVerified("writer"));
  const stopped = new AbortController();
  const watching = startTasuki(["watch", run, "--data", main.data], { signal: stopped.signal, terminal: 80 });
  await vi.waitFor(() => expect(watching.printed()).toContain("\u001b[4A"), waiting);
  stopped.abort();
  const { code, stderr } = await watching.ended;
  expect(code).toBe(130);
  expect(stripVTControlCharacters(stderr)).toMatch(/writer {3}█+ {2}verified/);
  expect(stderr).toContain("goes on");
  expect(await main.client.run(run)).toMatchObject({ state: "open" });
});

test("watch --json is an object on a line for each change", async () => {
  const held = heldWork(letterWork.editor);
  await using main = await startOperatedRelay({ work: { editor: held.work } });
  const run = await startRun(main);
  const watching = startTasuki(["watch", "last", "--json", "--data", main.data]);
  await vi.waitFor(() => expect(watching.printed()).toContain('"state":"open"'), waiting);
  held.release();
  const { code, stdout } = await watching.ended;
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { v: number; status: { id: string; state: string } });
  expect(code).toBe(0);
  expect([lines[0], lines.at(-1)]).toMatchObject([
    { v: 1, status: { id: run, state: "open" } },
    { v: 1, status: { id: run, state: "closed" } },
  ]);
});

test("watch ends as the run did: only a run that is closed is success", async () => {
  await using main = await startOperatedRelay({ work: { editor: broken } });
  const run = await startRun(main);
  expect((await tasuki(["watch", "last", "--data", main.data])).code).toBe(9);
  await main.client.decide({ is: "cancel", run });
  expect((await tasuki(["watch", "last", "--data", main.data])).code).toBe(8);
});

test("a run is named by its id, the end of it, or 'last'", async () => {
  await using main = await startOperatedRelay({ work: { editor: broken } });
  const run = await startRun(main);
  await main.relay.until(run, isBlocked);
  for (const name of [run, "733f", "last"]) {
    const { code, stdout, stderr } = await tasuki(["show", name, "--data", main.data]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("editor is blocked") });
    expect({ stdout, stderr }).toEqual({
      stdout: expect.stringContaining(`pnpm tasuki retry ${run} --from editor --data ${main.data}`),
      stderr: "",
    });
  }
  expect(await tasuki(["show", "0000", "--data", main.data])).toMatchObject({ code: 3 });
  await startRun(main, "01a20ed8-0000-756e-8e5f-b0ba1c5c733f");
  expect(await tasuki(["show", "733f", "--data", main.data])).toMatchObject({ code: 5, stderr: expect.stringContaining("More than one") });
});

test("artifacts lists what stages produced, and prints a file as it is", async () => {
  await using main = await startOperatedRelay();
  const run = await startRun(main);
  await main.relay.until(run, isClosed);
  const list = await tasuki(["artifacts", "last", "--data", main.data]);
  const size = `${Buffer.byteLength(letterText)} B`;
  expect(list.stdout).toMatch(/^draft\.txt {3}writer .*\nreview\.txt {2}editor .*\nletter\.txt {2}printer .*\n$/m);
  expect(list.stdout).toContain(`letter.txt  printer  letter@1  ${size}  ${sha256Of(letterText)}\n`);
  expect((await tasuki(["artifacts", "last", "letter.txt", "--data", main.data])).stdout).toBe(letterText);
  const absent = await tasuki(["artifacts", "last", "x.txt", "--data", main.data]);
  expect(absent).toMatchObject({ code: 3, stderr: expect.stringMatching(/It has: draft\.txt, review\.txt, letter\.txt, .*run\.json/) });
});

test("nudge says where each node stands, and who has not answered", async () => {
  await using main = await startOperatedRelay({ work: { editor: heldWork(letterWork.editor).work } });
  const { relay, data } = main;
  await main.stopKnown("editor");
  const run = await startRun(main);
  await relay.until(run, ({ stages }) => stages[0]?.times["produced"] !== undefined);
  const { code, stdout, stderr } = await tasuki(["nudge", "last", "--stage", "editor", "--data", data]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^writer: writer at epoch 1 is produced; hand-off to editor is pending after \d+ tries/m);
  expect(stderr).toMatch(/awaits '[a-z-]+' of [a-z]+/);
  const entries = (await relay.node("main").store.feed(0, 1_000)).map(({ leaf }) => JSON.parse(leaf) as object);
  expect(entries).toContainEqual(expect.objectContaining({ type: "nudge", run, stage: "editor", by: "local" }));
  await relay.start("editor");
  await relay.until(run, ({ stages }) => stages[1]?.rung === "started");
  await main.stopKnown("editor");
  const unanswered = await tasuki(["nudge", "last", "--data", data]);
  expect(unanswered).toMatchObject({ code: 0, stdout: expect.stringContaining("editor has not answered: unreachable") });
});

test("retry and cancel say what they did, and ls and nodes what there is", async () => {
  await using main = await startOperatedRelay({ work: { editor: broken } });
  await main.stopKnown("printer");
  const run = await startRun(main);
  await main.relay.until(run, isBlocked);
  const data = ["--data", main.data];
  expect((await tasuki(["retry", "last", "--from", "editor", "--reason", "mended", ...data])).stdout).toBe(
    `Run ${run} goes on at epoch 2.\n`,
  );
  const longer = await tasuki(["retry", "last", "--deadline", "2h", "--json", ...data]);
  expect(JSON.parse(longer.stdout)).toMatchObject({ status: { epoch: 2, deadline: expect.any(String) } });
  expect((await tasuki(["show", "last", ...data])).stdout).toMatch(/ {2}wanted {4}by 20\d\d-/);
  await main.relay.until(run, isBlocked);
  const rollback = ["rollback", run, "--to", "editor", ...data];
  const plan = await tasuki([...rollback, "--dry-run"]);
  expect(plan.stdout.split("\n")).toEqual([
    "the run is paused, until 'tasuki resume'",
    "the run goes from epoch 2 to 3",
    expect.stringMatching(/^writer keeps what is proven of it: 'verified', draft\.txt [0-9a-f]{12}$/),
    "main tells editor to drop what it has of epochs below 3",
    "main tells printer to drop what it has of epochs below 3",
    "",
  ]);
  expect(plan.stderr).toContain("Nothing was done");
  expect(JSON.parse((await tasuki([...rollback, "--dry-run", "--json"])).stdout)).toEqual({
    v: 1,
    run,
    plan: plan.stdout.trimEnd().split("\n"),
  });
  expect(await tasuki(rollback)).toMatchObject({ code: 0, stdout: `Run ${run} is back before editor, and paused.\n` });
  expect((await tasuki(["ls", ...data])).stdout).toContain("paused");
  expect((await tasuki(["show", run, ...data])).stdout).toContain(`Have it go on: pnpm tasuki resume ${run}`);
  expect(await tasuki(["watch", run, ...data])).toMatchObject({
    code: 9,
    stderr: expect.stringContaining("The run is paused by local at "),
  });
  expect(await tasuki(["pause", run, ...data])).toMatchObject({ code: 5, stderr: expect.stringContaining("is paused already, by local") });
  expect((await tasuki(["resume", run, ...data])).stdout).toBe(`Run ${run} goes on at epoch 4.\n`);
  const { status } = JSON.parse((await tasuki(["pause", run, "--reason", "lunch", "--json", ...data])).stdout) as { status: object };
  expect(status).toMatchObject({ paused: { by: "local", reason: "lunch" }, conclusion: "needs-human" });
  expect((await tasuki(["cancel", run, ...data])).stdout).toMatch(/is being cancelled: it is as soon as every node has said/);
  await main.relay.until(run, ({ awaits }) => awaits.join() === "printer");
  const awaiting = (await tasuki(["show", run, ...data])).stdout;
  expect(awaiting).toMatch(/main {6}being cancelled by local; awaits the end of its work at printer; printer does not answer main/);
  expect(awaiting).toContain(`To end it without their word: pnpm tasuki cancel ${run} --now`);
  expect((await tasuki(["ls", ...data])).stdout).toContain("awaits printer, which does not answer");
  expect((await tasuki(["cancel", run, "--now", ...data])).stdout).toBe(`Run ${run} is cancelled.\n`);
  expect(await tasuki(["retry", run, "--deadline", "2h", ...data])).toMatchObject({ code: 5 });
  expect(await tasuki(["retry", run, ...data])).toMatchObject({ code: 5 });
  expect((await tasuki(["ls", ...data])).stdout).toContain("cancelled");
  expect((await tasuki(["ls", "--open", ...data])).stderr).toContain("There is no open run");
  const { nodes } = JSON.parse((await tasuki(["nodes", "--json", ...data])).stdout) as { nodes: object[] };
  expect(nodes).toMatchObject([{ role: "writer" }, { role: "editor" }, { role: "printer" }]);
  expect((await tasuki(["nodes", ...data])).stderr).toContain("printer does not answer main at ");
});

// guarantees: R4.without
test("a run is closed without a node that is gone, and says so wherever it is shown", async () => {
  const held = heldWork(letterWork.editor);
  await using main = await startOperatedRelay({ work: { editor: held.work } });
  const { relay, data: folder } = main;
  const data = ["--data", folder];
  const run = await startRun(main);
  const close = ["close", run, "--without", "writer", ...data];
  expect(await tasuki(close)).toMatchObject({
    code: 5,
    stderr: expect.stringContaining(`run ${run} is open; only a closing run can be closed without a node`),
  });
  await relay.until(run, isVerified("writer"));
  await main.stopKnown("writer");
  const watching = startTasuki(["watch", run, ...data]);
  held.release();
  await relay.until(run, ({ state, awaits }) => state === "closing" && awaits.join() === "writer");
  expect((await tasuki(["show", run, ...data])).stdout).toContain(`Where it is gone: pnpm tasuki close ${run} --without NODE`);
  expect((await tasuki([...close, "--dry-run"])).stdout).toBe(
    "the run is closed\nthe 'archived' of writer is awaited no more\nmain signs 'closed' of the run\n",
  );
  expect(await tasuki([...close, "--reason", "its disk is gone"])).toMatchObject({
    code: 0,
    stdout: `Run ${run} is closed, without writer.\n`,
  });
  const { code, stderr } = await watching.ended;
  const without = "without writer (by local: its disk is gone)";
  expect({ code, stderr }).toEqual({ code: 10, stderr: expect.stringContaining(`, ${without}: every check passed on main`) });
  expect((await tasuki(["show", run, ...data])).stdout).toContain(`main      closed ${without}; every other node archived bundle`);
  expect((await tasuki(["ls", ...data])).stdout).toContain("without writer");
  const status = await main.client.run(run);
  expect(status.without).toEqual([{ node: "writer", by: "local", why: "its disk is gone" }]);
  const { envelopes, texts } = await relay.node("main").store.evidenceOf(run);
  const signed = envelopes.flatMap((one) => claimedReceipt(one)?.predicate ?? []).find(({ state }) => state === "closed");
  expect(signed?.without).toEqual([{ node: "writer", by: "local" }]);
  expect(texts.get(signed?.text?.sha256 ?? "")).toBe("closed without writer, by local: its disk is gone");
  const summary = join(folder, "main", "archive", run, "SUMMARY.md");
  await vi.waitFor(async () => expect(await readFile(summary, "utf8")).toContain("closed: without writer"), waiting);
});
