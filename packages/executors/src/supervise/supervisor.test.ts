import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { randomUUID } from "node:crypto";
import { expect, test as base } from "vitest";
import { findAttemptCgroups } from "./attempt-cgroup.ts";
import { describeEscape, processesOf, sweepAttempt } from "./attempt-processes.ts";
import { canLimit, toLimitedArgv } from "./resource-limits.ts";
import { type Supervised, supervise } from "./supervisor.ts";
import type { SupervisionLimits } from "./watch-job.ts";

const test = base.extend<{ folder: string }>({
  folder: async ({ task }, use) => {
    const folder = await mkdtemp(join(tmpdir(), `tasuki-supervisor-${task.id}-`));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
});
const linux = process.platform === "linux";
const cgroups = await findAttemptCgroups();
const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const limits: SupervisionLimits = { hardMs: 20_000, stallMs: 20_000, graceMs: 200, maxOutputBytes: 1_048_576 };

/** Runs a script under `node -e`. */
function run(
  folder: string,
  script: string,
  {
    signal = new AbortController().signal,
    progress = () => undefined,
    ...more
  }: Partial<Supervised> & { signal?: AbortSignal; progress?: () => void } = {},
) {
  const job = { argv: [process.execPath, "-e", script], cwd: folder, env: {}, attemptId: randomUUID(), ...more };
  return supervise({ ...job, limits: { ...limits, ...more.limits } }, { clock, signal, progress });
}

test("a child that ends by itself gives its exit code and the tail of what it printed", async ({ folder }) => {
  const ending = await run(folder, `console.log("out"); console.error("err"); process.exitCode = 3`);
  expect(ending).toMatchObject({ code: 3, signal: null, stdout: { tail: "out\n", bytes: 4 }, stderr: { tail: "err\n" }, strays: 0 });
  expect(ending.reason).toBeUndefined();
});

test("a child sees its input, and nothing of this process's environment", async ({ folder }) => {
  const ending = await run(folder, `process.stdin.pipe(process.stdout); console.log(Object.keys(process.env).sort().join())`, {
    env: { LANG: "C.UTF-8" },
    input: "hello",
  });
  expect(ending.stdout.tail).toBe("LANG,TASUKI_ATTEMPT\nhello");
});

test("a child that doesn't read a large input does no harm", async ({ folder }) => {
  const ending = await run(folder, `process.exit(0)`, { input: "x".repeat(5_000_000) });
  expect(ending).toMatchObject({ code: 0 });
});

test("a program that isn't there is not started, and the system's code says so", async ({ folder }) => {
  const ending = await run(folder, "", { argv: [join(folder, "missing")] });
  expect(ending).toMatchObject({ reason: "not-started", errno: "ENOENT" });
});

test("a child past its hard limit ends", async ({ folder }) => {
  const ending = await run(folder, `setInterval(() => console.log("busy"), 10)`, { limits: { ...limits, hardMs: 400 } });
  expect(ending).toMatchObject({ reason: "timed-out", signal: expect.stringMatching(/^SIG(?:TERM|KILL)$/) });
});

test("a child that ignores SIGTERM ends by SIGKILL", async ({ folder }) => {
  const stop = new AbortController();
  // It is told to end once it has said that it ignores the signal: before, it would die of that, as a busy machine may have it.
  const deaf = `process.on("SIGTERM", () => {}); console.log("deaf"); setInterval(() => {}, 1000)`;
  const ending = await run(folder, deaf, { signal: stop.signal, progress: () => stop.abort() });
  expect(ending).toMatchObject({ reason: "cancelled", signal: "SIGKILL", stdout: { tail: "deaf\n" } });
});

test("a silent child stalls; one that writes into the watched folder doesn't", async ({ folder }) => {
  const silent = await run(folder, `setInterval(() => {}, 1000)`, { limits: { ...limits, stallMs: 400 } });
  expect(silent).toMatchObject({ reason: "stalled" });
  let signs = 0;
  // Until it has begun to write, a child is silent for as long as a busy machine takes to start it.
  const stallMs = 4000;
  const writer = `let n = 0; const t = setInterval(() => { fs.writeFileSync("f" + n, ""); if (++n === 45) clearInterval(t); }, 100)`;
  const busy = await run(folder, writer, { limits: { ...limits, stallMs }, watch: folder, progress: () => (signs += 1) });
  expect(busy.reason).toBeUndefined();
  expect(busy.ms).toBeGreaterThan(stallMs);
  expect(signs).toBeGreaterThan(0);
});

test("a flood is cut at the cap", async ({ folder }) => {
  const ending = await run(folder, `const b = Buffer.alloc(65536, "y"); (function w() { process.stdout.write(b, w) })()`);
  expect(ending).toMatchObject({ reason: "output-limit" });
  expect(ending.stdout.bytes).toBeGreaterThan(limits.maxOutputBytes);
  expect(ending.stdout.tail.length).toBe(16_384);
});

test("an abort ends the child, and an aborted signal starts none", async ({ folder }) => {
  const stop = new AbortController();
  const ending = await run(folder, `console.log("up"); setInterval(() => {}, 1000)`, { signal: stop.signal, progress: () => stop.abort() });
  expect(ending).toMatchObject({ reason: "cancelled" });
  expect(await run(folder, `require("fs").writeFileSync("ran", "")`, { signal: stop.signal })).toMatchObject({
    reason: "cancelled",
    code: null,
  });
  await expect(readFile(join(folder, "ran"))).rejects.toThrow("ENOENT");
});

test.skipIf(!linux)("daemons that outlive the child, or left its group, are found and killed", async ({ folder }) => {
  const attemptId = randomUUID();
  const daemon = `require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: D, stdio: "inherit" }).unref();`;
  const ending = await run(folder, `${daemon.replace("D", "true")}${daemon.replace("D", "false")}process.exit(0)`, { attemptId });
  expect(ending).toMatchObject({ code: 0, strays: 2 });
  expect(await processesOf(attemptId)).toEqual([]);
});

/** Starts a process that hides: in a session of its own, with nothing of its environment. It says its id, once it hides. */
const hide = `
  const { stdout } = require("child_process").spawnSync("/bin/sh", ["-c", "env -i /usr/bin/setsid sleep 600 </dev/null >/dev/null 2>&1 & echo $!"]);
  while (require("fs").readFileSync("/proc/" + Number(stdout) + "/comm", "utf8") !== "sleep\\n");
  process.stdout.write(stdout);
`;

/** True for a process that has not ended; one that has, and that nobody has waited for yet, is a zombie. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return status !== "" && !/^State:\s+Z/m.test(status);
}

// guarantees: R5.no-strays
test.skipIf(cgroups === undefined)(
  "a process that left its session and cleared its environment is ended with the attempt (skipped where there may be no cgroups)",
  async ({ folder }) => {
    const attemptId = randomUUID();
    const ending = await run(folder, hide, { attemptId });
    expect(ending).toMatchObject({ code: 0, strays: 1 });
    expect(await isRunning(Number(ending.stdout.tail))).toBe(false);
    expect(await cgroups?.processesOf(attemptId)).toEqual([]);
    // Ended once it has said the id of the process that hides.
    const stop = new AbortController();
    const late = await run(folder, `${hide} setInterval(() => {}, 1000)`, { signal: stop.signal, progress: () => stop.abort() });
    expect(late).toMatchObject({ reason: "cancelled", strays: 1 });
    expect(Number(late.stdout.tail)).toBeGreaterThan(0);
    expect(await isRunning(Number(late.stdout.tail))).toBe(false);
  },
);

// guarantees: R5.no-strays
test.skipIf(cgroups === undefined)("a process that hides is ended by the sweep of a later boot, too", async ({ folder }) => {
  const attemptId = randomUUID();
  const [file = "", ...args] = (await cgroups?.enclose(attemptId, { argv: [process.execPath, "-e", hide], env: {} })) ?? [];
  const { stdout } = await promisify(execFile)(file, args, { cwd: folder, env: {} });
  expect(await isRunning(Number(stdout))).toBe(true);
  expect(await processesOf(attemptId)).toEqual([]);
  expect(await sweepAttempt(attemptId)).toBe(1);
  expect(await isRunning(Number(stdout))).toBe(false);
  expect(await sweepAttempt(attemptId)).toBe(0);
});

test.skipIf(cgroups === undefined)(
  "a cgroup that nobody is in any more is removed, unless it is new or has a process",
  async ({ folder }) => {
    const [empty, lived] = [`test-${randomUUID()}`, `test-${randomUUID()}`];
    await cgroups?.enclose(empty, { argv: [], env: {} });
    const stop = new AbortController();
    const here = async () => (await cgroups?.ids("test-"))?.filter((id) => id === empty || id === lived).toSorted();
    const look = async (): Promise<void> => {
      await cgroups?.removeEmpty(60_000, "test-");
      expect(await here()).toEqual([empty, lived].toSorted());
      await cgroups?.removeEmpty(-1, "test-");
      expect(await here()).toEqual([lived]);
      stop.abort();
    };
    const looked = Promise.withResolvers<void>();
    const progress = (): void => looked.resolve(look());
    await run(folder, `console.log("up"); setInterval(() => {}, 1000)`, { attemptId: lived, signal: stop.signal, progress });
    await looked.promise;
  },
);

// guarantees: R5.no-strays
test("where a process could outlive its attempt, there is a sentence for the log, and else none", async () => {
  expect(await describeEscape(async () => undefined)).toContain("outlives the attempt");
  expect((await describeEscape()) === undefined).toBe(cgroups !== undefined);
});

// guarantees: R5.no-strays
test.skipIf(process.getuid?.() !== 0)(
  "a user who may make no cgroup has what carries the attempt's id ended, and is told of the rest (skipped unless root can become one)",
  async ({ folder }) => {
    await chmod(folder, 0o777);
    const at = (name: string): string => JSON.stringify(join(import.meta.dirname, name));
    const daemon = `require("child_process").spawn("/bin/sleep", ["600"], { detached: true, stdio: "ignore" }).unref()`;
    const script = `
      const { supervise } = await import(${at("supervisor.ts")});
      const { describeEscape } = await import(${at("attempt-processes.ts")});
      const job = { argv: [process.execPath, "-e", ${JSON.stringify(daemon)}], cwd: ".", env: {}, attemptId: ${JSON.stringify(randomUUID())} };
      const context = { clock: { monotonic: () => performance.now() }, signal: new AbortController().signal, progress() {} };
      const { code, strays } = await supervise({ ...job, limits: ${JSON.stringify(limits)} }, context);
      console.log(JSON.stringify({ code, strays, said: await describeEscape() }));`;
    const nobody = 65_534;
    const options = { cwd: folder, env: {}, uid: nobody, gid: nobody };
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], options);
    expect(JSON.parse(stdout)).toEqual({ code: 0, strays: 1, said: expect.stringContaining("outlives the attempt") });
  },
);

test.skipIf(cgroups === undefined)("cgroups that a program made within its own go with it", async ({ folder }) => {
  const attemptId = randomUUID();
  const nest = `const own = "/sys/fs/cgroup" + fs.readFileSync("/proc/self/cgroup", "utf8").match(/^0::(.*)$/m)[1];
    const at = fs.existsSync(own) ? own : own.replace("/sys/fs/cgroup", "/sys/fs/cgroup/unified");
    fs.mkdirSync(at + "/deeper"); console.log(at); fs.writeFileSync(at + "/deeper/cgroup.procs", String(process.pid)); ${hide}`;
  const ending = await run(folder, nest, { attemptId });
  const [at = "", pid] = ending.stdout.tail.trim().split("\n");
  expect(at).toContain(attemptId);
  expect([existsSync(at), await isRunning(Number(pid))]).toEqual([false, false]);
});

test.skipIf(!canLimit())(
  "a child over its memory limit dies, and its supervisor doesn't (skipped where there is no prlimit)",
  async ({ folder }) => {
    const hungry = [process.execPath, "-e", `const all = []; for (;;) all.push(Buffer.alloc(16 * 1024 * 1024, 1))`];
    const ending = await run(folder, "", { argv: toLimitedArgv(hungry, { data: 512 * 1024 * 1024 }) });
    expect(ending.code).not.toBe(0);
  },
);
