import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@tasuki/node";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepProcess } from "./kept-process.ts";

// A program that behaves as a node does: it says that it has started, and ends when it is told to, or when its keeper is gone.
const wellBehaved = `
process.once("SIGTERM", () => process.exit(0));
process.once("disconnect", () => process.exit(0));
setInterval(() => {}, 1000);
console.log("pid " + process.pid);
process.send("started");
`;
const waiting = { timeout: 30_000 };
const timing = { restart: 20, quick: 10_000, longest: 60, grace: 200 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tasuki-kept-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function keep(source: string, untilHealthy: () => Promise<void> = () => Promise.resolve()) {
  const program = join(folder, "program.mjs");
  await writeFile(program, source);
  const lines: string[] = [];
  const events: string[] = [];
  const kept = keepProcess({
    program,
    environment: { MARK: "here" },
    untilHealthy,
    onLine: (text) => lines.push(text),
    onEvent: (text) => events.push(text),
    clock: systemClock,
    timing,
  });
  const pids = () => lines.flatMap((line) => (line.startsWith("pid ") ? [Number(line.slice(4))] : []));
  return { kept, lines, events, pids, [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose]() };
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("it has started when it is healthy, and what it prints is passed on", async () => {
  let asked = 0;
  await using run = await keep(`console.log(process.env.MARK); console.error("oops"); ${wellBehaved}`, () =>
    Promise.resolve(void (asked += 1)),
  );
  await run.kept.started;
  expect(asked).toBe(1);
  await vi.waitFor(() => expect(run.lines).toEqual(expect.arrayContaining(["here", "oops"])), waiting);
});

test("one that is killed is started again, and that is said", async () => {
  await using run = await keep(wellBehaved);
  await run.kept.started;
  await vi.waitFor(() => expect(run.pids()).toHaveLength(1), waiting);
  process.kill(run.pids()[0] ?? 0, "SIGKILL");
  await vi.waitFor(() => expect(run.events).toEqual(["is healthy", "was ended by SIGKILL; restart in 0 s", "is healthy"]), waiting);
});

test("one that dies again and again is said to, and waited for longer; who waits for its start is told its last words", async () => {
  await using run = await keep(`console.error("no key in " + process.env.MARK); process.exit(3);`);
  await expect(run.kept.started).rejects.toThrow(/ended 5 times.*no key in here/);
  await vi.waitFor(() => expect(run.events[4]).toMatch(/ended with code 3 for the 5th time in a row.*see its log; restart in/), waiting);
  expect(run.events[3]).toBe("ended with code 3; restart in 0 s");
});

test("at the end it is told to end, and killed if it does not", async () => {
  const good = await keep(wellBehaved);
  await good.kept.started;
  await good[Symbol.asyncDispose]();
  const deaf = await keep(`process.on("SIGTERM", () => {}); ${wellBehaved.replace(/^process.once.*$/gm, "")}`);
  await deaf.kept.started;
  await deaf[Symbol.asyncDispose]();
  for (const { pids, events } of [good, deaf]) {
    expect(pids().map(isRunning)).toEqual([false]);
    expect(events).toEqual(["is healthy"]);
  }
});

test("one that is ended before it was healthy has not started", async () => {
  const run = await keep("setInterval(() => {}, 1000)");
  await run[Symbol.asyncDispose]();
  await expect(run.kept.started).rejects.toMatchObject({ code: "unavailable" });
});

test("it does not outlive a keeper that is killed", async () => {
  await writeFile(join(folder, "program.mjs"), wellBehaved);
  const keeper = join(folder, "keeper.ts");
  await writeFile(
    keeper,
    `import { keepProcess } from ${JSON.stringify(join(import.meta.dirname, "kept-process.ts"))};
     keepProcess({
       program: ${JSON.stringify(join(folder, "program.mjs"))}, environment: {}, untilHealthy: () => Promise.resolve(),
       onLine: console.log, onEvent: () => {}, clock: { monotonic: () => performance.now() },
       timing: ${JSON.stringify(timing)},
     });`,
  );
  const parent = spawn(process.execPath, [keeper], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  parent.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  await vi.waitFor(() => expect(output).toMatch(/^pid \d+$/m), waiting);
  const pid = Number(/\d+/.exec(output)?.[0]);
  parent.kill("SIGKILL");
  await once(parent, "exit");
  await vi.waitFor(async () => expect(await isGone(pid)).toBe(true), waiting);
});

/** True for a process that has ended, also where nobody has waited for it yet. */
async function isGone(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return status === "" ? !isRunning(pid) : /^State:\s+Z/m.test(status);
}
