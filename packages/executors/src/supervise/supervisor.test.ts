import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { expect, test as base } from "vitest";
import { processesOf } from "./attempt-processes.ts";
import { canLimit, toLimitedArgv } from "./resource-limits.ts";
import { type Supervised, type SupervisionLimits, supervise } from "./supervisor.ts";

const test = base.extend<{ folder: string }>({
  folder: async ({ task }, use) => {
    const folder = await mkdtemp(join(tmpdir(), `tasuki-supervisor-${task.id}-`));
    await use(folder);
    await rm(folder, { recursive: true, force: true });
  },
});
const linux = process.platform === "linux";
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

test("a child past its hard limit ends, also when it ignores SIGTERM", async ({ folder }) => {
  const ending = await run(folder, `process.on("SIGTERM", () => {}); setInterval(() => console.log("busy"), 10)`, {
    limits: { ...limits, hardMs: 400 },
  });
  expect(ending).toMatchObject({ reason: "timed-out", signal: "SIGKILL" });
});

test("a silent child stalls; one that writes into the watched folder doesn't", async ({ folder }) => {
  const silent = await run(folder, `setInterval(() => {}, 1000)`, { limits: { ...limits, stallMs: 400 } });
  expect(silent).toMatchObject({ reason: "stalled" });
  let signs = 0;
  const writer = `let n = 0; const t = setInterval(() => { fs.writeFileSync("f" + n, ""); if (++n === 20) clearInterval(t); }, 100)`;
  const busy = await run(folder, writer, { limits: { ...limits, stallMs: 1500 }, watch: folder, progress: () => (signs += 1) });
  expect(busy.reason).toBeUndefined();
  expect(busy.ms).toBeGreaterThan(1500);
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
  expect(ending.ms).toBeLessThan(15_000);
  expect(await processesOf(attemptId)).toEqual([]);
});

test.skipIf(!canLimit())(
  "a child over its memory limit dies, and its supervisor doesn't (skipped where there is no prlimit)",
  async ({ folder }) => {
    const hungry = [process.execPath, "-e", `const all = []; for (;;) all.push(Buffer.alloc(16 * 1024 * 1024, 1))`];
    const ending = await run(folder, "", { argv: toLimitedArgv(hungry, { data: 512 * 1024 * 1024 }) });
    expect(ending.code).not.toBe(0);
  },
);
