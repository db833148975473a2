import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { testContext } from "../testing/stage-fixture.ts";
import { type ChildrenOptions, createChildren, type OwnJob } from "./children.ts";
import type { JobEnding } from "./prepared-child.ts";
import { canLimit } from "./resource-limits.ts";
import type { Supervision } from "./watch-job.ts";

const linux = process.platform === "linux";

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-children-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Children, and jobs for them, each the body of a function of `request`, `progress` and `tell`. */
async function openChildren(options: ChildrenOptions) {
  const folder = await makeFolder();
  const children = createChildren(options);
  onTestFinished(() => children.end());
  let number = 0;
  const perform = async (body: string, { signal, clock, progress, ...job }: Partial<OwnJob & Supervision> = {}): Promise<JobEnding> => {
    number += 1;
    const own = join(folder, String(number));
    const path = join(folder, `job-${number}.mjs`);
    await writeFile(path, `let kept; export const perform = async (request, { progress, tell }) => { ${body} };`);
    const module = pathToFileURL(path).href;
    await mkdir(own);
    const context = testContext({ ...(signal && { signal }), ...(clock && { clock }), ...(progress && { progress }) });
    return children.perform({ module, request: {}, folder: own, loads: [], hardMs: 60_000, stallMs: 60_000, ...job }, context);
  };
  return { children, folder, perform, pid: async () => Number(answerOf(await perform("return process.pid"))) };
}

function answerOf({ answer, ...ending }: JobEnding): unknown {
  if (answer === undefined) throw new Error(`there is no answer: ${JSON.stringify(ending)}`);
  return answer.value;
}

async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return status !== "" && !/^State:\s+Z/m.test(status);
}

test("a child that is used again does one job after another, and nothing but its answer is told", async () => {
  const { perform, pid } = await openChildren({ use: "reused" });
  const first = await pid();
  expect(await pid()).toBe(first);
  const ending = await perform("tell({ part: 1 }); progress('half'); return { all: request.x }", { request: { x: [1, "é"] } });
  expect(ending).toMatchObject({ code: 0, signal: null, answer: { value: { all: [1, "é"] } }, told: [{ part: 1 }], strays: 0 });
  expect(await perform("tell('only')")).toMatchObject({ code: 0, answer: { value: null }, told: ["only"] });
  expect(answerOf(await perform("return 'x'.repeat(3_000_000)"))).toHaveLength(3_000_000);
  expect(await pid()).toBe(first);
});

test("a job of a child that is used again can't change an intrinsic, write elsewhere, start a process or a thread, or reach the network", async () => {
  const { perform, pid } = await openChildren({ use: "reused" });
  const first = await pid();
  const refused = (body: string) =>
    perform(`try { ${body}; return "done" } catch (error) { return error.code ?? error.name }`).then(answerOf);
  expect(await refused("Array.prototype.map = () => []")).toBe("TypeError");
  expect(await refused("Object.prototype.seen = 1")).toBe("TypeError");
  expect(await refused("Map.prototype.get = () => 1")).toBe("TypeError");
  expect(await refused("Error.stackTraceLimit = 0")).toBe("TypeError");
  expect(await refused("process.getBuiltinModule('child_process').spawnSync('/bin/true')")).toBe("ERR_ACCESS_DENIED");
  expect(await refused("new (process.getBuiltinModule('worker_threads').Worker)('1', { eval: true })")).toBe("ERR_ACCESS_DENIED");
  expect(await pid()).toBe(first);
  const connected = "process.getBuiltinModule('net').connect(1, '127.0.0.1').on('error', ({ code }) => resolve(code))";
  expect(answerOf(await perform(`return new Promise((resolve) => ${connected})`))).toBe("ERR_ACCESS_DENIED");
});

const leaves = {
  "a global": "globalThis.seen = 1",
  "a global that is another function": "globalThis.structuredClone = () => 1",
  "a variable of the environment": "process.env.SEEN = '1'",
  "another working folder": "process.chdir('/tmp')",
  "another umask": "process.umask(0)",
  "a timer": "setTimeout(() => undefined, 1e6)",
  "a timer that keeps nothing alive": "setInterval(() => { globalThis.seen = 1 }, 1).unref()",
  "a listener": "process.on('exit', () => undefined)",
  "an open file": "process.getBuiltinModule('fs').openSync('/proc/self/status')",
  "a function of Node's own": "process.getBuiltinModule('fs').readFileSync = () => 'seen'",
  "a method of a global": "Buffer.prototype.toString = () => 'seen'; Buffer.seen = 1",
  "a line that it printed": "console.log('seen')",
  "bytes in a module, too many": "kept = Buffer.alloc(300 * 1024 * 1024, 1)",
};

test.for(Object.entries(leaves))("a child in which a job has left %s does no other", async ([, body]) => {
  const { perform, pid } = await openChildren({ use: "reused" });
  const first = await pid();
  expect(answerOf(await perform(`${body}; return process.pid`))).toBe(first);
  expect(await pid()).not.toBe(first);
  const look = "return [globalThis.seen, process.env.SEEN, process.cwd(), Buffer.seen].map(String)";
  expect(answerOf(await perform(look))).toEqual(["undefined", "undefined", "/", "undefined"]);
});

test("bytes of an earlier job are not in what a later one is given for small buffers, nor in what patterns remember", async () => {
  const { perform, pid } = await openChildren({ use: "reused" });
  const first = await pid();
  await perform("for (let n = 0; n < 1000; n += 1) Buffer.from('secret'); /secret/.exec('a secret'); return 1");
  const look =
    "return [Buffer.from('x').buffer.byteLength, Buffer.allocUnsafe(9).every((byte) => byte === 0), RegExp.input, RegExp.lastMatch]";
  expect(answerOf(await perform(look))).toEqual([1, true, "", ""]);
  expect(await pid()).toBe(first);
});

test("jobs take turns at one child, and another is started for a job that has waited too long", async () => {
  const { perform, pid } = await openChildren({ use: "reused", patienceMs: 600_000 });
  const first = await pid();
  expect(await Promise.all(Array.from({ length: 20 }, pid))).toEqual(Array.from({ length: 20 }, () => first));
  const impatient = await openChildren({ use: "reused", patienceMs: 0 });
  const both = await Promise.all(
    [1, 2].map(() => impatient.perform("await new Promise((resolve) => setTimeout(resolve, 200)); return process.pid")),
  );
  expect(new Set(both.map(answerOf)).size).toBe(2);
  // One that waits is told as soon as the child of the job before it is gone, and at once where it is cancelled.
  const stop = new AbortController();
  const [died, cancelled, next] = [perform("process.exit(0)"), perform("return 1", { signal: stop.signal }), pid()];
  stop.abort();
  expect([await cancelled, (await died).answer]).toEqual([expect.objectContaining({ reason: "cancelled" }), undefined]);
  expect(await next).not.toBe(first);
});

test("a child is ended after an hour of jobs", async () => {
  const { perform } = await openChildren({ use: "reused" });
  const at = (ms: number) => ({ clock: { now: () => 0, monotonic: () => ms } });
  const pids = [];
  for (const ms of [0, 3_599_000, 3_600_000, 3_600_001]) pids.push(answerOf(await perform("return process.pid", at(ms))));
  expect(pids[0]).toBe(pids[2]);
  expect(pids[3]).not.toBe(pids[2]);
});

const uses = ["reused", "confined", "once"] as const;

test.for(uses)("a job that hangs, dies, or needs too much is ended with its child (%s), and the next one gets another", async (use) => {
  const { perform, pid } = await openChildren({ use, memoryMiB: 64 });
  let before = await pid();
  const another = async (): Promise<void> => {
    const now = await pid();
    expect(now).not.toBe(before);
    before = now;
  };
  expect(await perform("for (;;);", { hardMs: 2000 })).toMatchObject({ reason: "timed-out", told: [] });
  await another();
  expect(await perform("await new Promise(() => undefined)", { stallMs: 2000 })).toMatchObject({ reason: "stalled" });
  await another();
  expect(await perform("tell(1); process.kill(process.pid, 'SIGKILL')")).toMatchObject({ signal: "SIGKILL", told: [1] });
  await another();
  expect(await perform("process.exit(3)")).toMatchObject({ code: 3 });
  await another();
  const thrown = await perform("throw new Error('no more')");
  expect(thrown).toMatchObject({ code: 1, stderr: { tail: expect.stringContaining("no more") } });
  await another();
  const greedy = await perform("const all = []; for (;;) all.push(new Array(1000).fill(0).map((_, at) => ({ at })))");
  expect(greedy.stderr.tail).toMatch(/out of memory|Allocation failed/i);
  await another();
  const stop = new AbortController();
  const waits = "progress(); await new Promise(() => undefined)";
  expect(await perform(waits, { signal: stop.signal, progress: () => stop.abort() })).toMatchObject({ reason: "cancelled" });
  await another();
});

test.skipIf(!canLimit())("a job that floods its channel or a file is ended (a file: skipped where there is no prlimit)", async () => {
  const { perform, pid } = await openChildren({ use: "reused" });
  expect(await perform("for (;;) tell('x'.repeat(65536))")).toMatchObject({ reason: "output-limit" });
  const write = "const fs = process.getBuiltinModule('fs'); for (;;) fs.appendFileSync(request.path, Buffer.alloc(64 * 1024 * 1024))";
  const folder = await makeFolder();
  const ending = await perform(write, { request: { path: join(folder, "file") } });
  expect(ending.answer).toBeUndefined();
  expect(await pid()).toBeGreaterThan(0);
});

test("signs of work are what a job tells, what it prints, and what changes in its folder", async () => {
  const { perform } = await openChildren({ use: "reused" });
  const busy = "for (let n = 0; n < 30; n += 1) { progress(`n ${n}`); await new Promise((resolve) => setTimeout(resolve, 100)) } return 1";
  expect(answerOf(await perform(busy, { stallMs: 2000 }))).toBe(1);
});

test.skipIf(!linux)("a child of one job stands in the job's folder, may start processes, and leaves none of them", async () => {
  const { perform, pid } = await openChildren({ use: "once" });
  expect(await pid()).not.toBe(await pid());
  const daemon =
    "const { spawn } = process.getBuiltinModule('child_process'); const child = spawn('/bin/sleep', ['600'], { detached: true, stdio: 'ignore' });";
  const ending = await perform(`${daemon} child.unref(); return [process.cwd(), child.pid]`);
  const [cwd, stray] = answerOf(ending) as [string, number];
  expect(cwd).toMatch(/tasuki-children-.*\/\d+$/);
  expect([ending.strays, await isRunning(stray)]).toEqual([1, false]);
});

test.skipIf(!linux)("a child that waits and is killed by hand is no loss: the next job gets another", async () => {
  const { pid, folder } = await openChildren({ use: "reused" });
  const first = await pid();
  process.kill(first, "SIGKILL");
  await expect.poll(() => isRunning(first)).toBe(false);
  const second = await pid();
  expect(second).not.toBe(first);
  // Stopped, so that it can't take up the job that it may be given before it dies.
  process.kill(second, "SIGSTOP");
  const third = pid();
  await expect.poll(() => readdir(folder).then((names) => names.length)).toBe(6);
  process.kill(second, "SIGKILL");
  expect(await third).not.toBe(second);
});

test.skipIf(!linux)("a child that has waited too long for a job is ended, and so are all at the end", async () => {
  const { pid } = await openChildren({ use: "reused", idleMs: 100 });
  const first = await pid();
  await expect.poll(() => isRunning(first)).toBe(false);
  const { children, pid: other } = await openChildren({ use: "reused" });
  const second = await other();
  expect(await isRunning(second)).toBe(true);
  await children.end();
  expect(await isRunning(second)).toBe(false);
});

/** Ids of the processes whose environment has this variable. */
async function marked(variable: string): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^[0-9]+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
    if (environment.split("\0").some((each) => each.startsWith(variable))) found.push(Number(pid));
  }
  return found;
}

const stray = (mark: string): ChildProcess => spawn("/bin/sleep", ["600"], { env: { TASUKI_CHILD: mark } });

// guarantees: R10.reopen
test.skipIf(!linux)(
  "a life of a node ends what earlier ones have left, no other's, and has a child ready before there is a job",
  async () => {
    const [node, boot, elsewhere] = [randomUUID(), randomUUID(), randomUUID()];
    const [left, other] = [stray(`${node}.${randomUUID()}.1`), stray(`${elsewhere}.${boot}.1`)];
    const ended = once(left, "exit");
    for (const use of uses) {
      const { children, pid } = await openChildren({ use });
      const work = await makeFolder();
      expect(await children.begin({ node, boot, work, loads: [] })).toBe(use === "reused" ? 1 : 0);
      const [ready] = await marked(`TASUKI_CHILD=${node}.${boot}.`);
      expect(await pid()).toBe(ready);
      // A child of one job is followed by the next one, which is ready then.
      await expect.poll(async () => (await marked(`TASUKI_CHILD=${node}.${boot}.`)).length).toBe(1);
      await children.end();
      expect(await marked(`TASUKI_CHILD=${node}.${boot}.`)).toEqual([]);
    }
    expect(await ended).toEqual([null, "SIGKILL"]);
    expect(other.exitCode ?? other.signalCode).toBe(null);
    other.kill();
  },
);

test("children of one life of a node that do other things end without each other", async () => {
  const life = { node: randomUUID(), boot: randomUUID(), work: await makeFolder(), loads: [] };
  const [reused, once] = [await openChildren({ use: "reused" }), await openChildren({ use: "once" })];
  for (const { children } of [reused, once]) await children.begin(life);
  const first = await reused.pid();
  await once.pid();
  await once.children.end();
  expect(await reused.pid()).toBe(first);
});

test("a child that is confined writes below its node's work folder, and nowhere else", async () => {
  const write = "try { process.getBuiltinModule('fs').writeFileSync(request.path, ''); return 'written' } catch ({ code }) { return code }";
  const [data, elsewhere] = [await makeFolder(), await makeFolder()];
  for (const use of ["reused", "confined"] as const) {
    const { children, perform } = await openChildren({ use });
    // A new node has no folder yet.
    const work = join(data, use);
    await children.begin({ node: randomUUID(), boot: randomUUID(), work, loads: [] });
    await mkdir(work);
    const written = [work, data, elsewhere].map((folder) =>
      perform(write, { request: { path: join(folder, `by-${use}`) } }).then(answerOf),
    );
    expect(await Promise.all(written)).toEqual(["written", "ERR_ACCESS_DENIED", "ERR_ACCESS_DENIED"]);
  }
});
