import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { ExecutorContext } from "@tasuki/protocol";
import { findAttemptCgroups } from "./attempt-cgroup.ts";
import { attemptVariable, kill, sweepAttempt } from "./attempt-processes.ts";
import { type CappedStream, readFolderChange, watchStream } from "./signs-of-work.ts";

// Time for the pipes to close after the child has ended. A descendant that inherited them can hold them open for ever.
const drainMs = 250;

export interface SupervisionLimits {
  /** Longest time from start to end, milliseconds. */
  readonly hardMs: number;
  /** Longest time without a sign of work (a byte on stdout or stderr, a change in `watch`), milliseconds; without it, silence ends nothing. */
  readonly stallMs?: number;
  /** Time between SIGTERM and SIGKILL, milliseconds. */
  readonly graceMs: number;
  /** Most bytes that the child may print to stdout, and to stderr. */
  readonly maxOutputBytes: number;
}

/** A child process to supervise. */
export interface Supervised {
  /** The program's absolute path, and its arguments. No shell is involved. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The child's whole environment; nothing is inherited. `TASUKI_ATTEMPT` is added. */
  readonly env: Readonly<Record<string, string>>;
  readonly attemptId: string;
  /** Text of stdin; empty by default. */
  readonly input?: string;
  /** A folder in which changes are signs of work. */
  readonly watch?: string;
  readonly limits: SupervisionLimits;
}

type EndReason = "timed-out" | "stalled" | "cancelled" | "output-limit" | "not-started";

/** End of a child: its exit code or signal, and what it printed last. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Reason for which the supervisor ended the child; absent where the child ended by itself. */
  readonly reason?: EndReason;
  /** With `not-started`: the system's error code, such as `ENOENT`. */
  readonly errno?: string;
  readonly ms: number;
  readonly stdout: { readonly bytes: number; readonly tail: string };
  readonly stderr: { readonly bytes: number; readonly tail: string };
  /** Processes that outlived the child and were killed. */
  readonly strays: number;
}

/** Supervises one child to its end, and leaves no process of it behind. Never rejects for anything that the child does. */
export async function supervise(
  job: Supervised,
  { clock, signal, progress }: Pick<ExecutorContext, "clock" | "signal" | "progress">,
): Promise<Ending> {
  const started = clock.monotonic();
  const unstarted = (reason: EndReason, errno?: string): Ending => ({
    code: null,
    signal: null,
    reason,
    ...(errno !== undefined && { errno }),
    ms: clock.monotonic() - started,
    stdout: { bytes: 0, tail: "" },
    stderr: { bytes: 0, tail: "" },
    strays: 0,
  });
  if (signal.aborted) return unstarted("cancelled");
  const child = await start(job);
  if ("errno" in child) return unstarted("not-started", child.errno);

  let reason: EndReason | undefined;
  let lastSign = started;
  const { promise: wanted, resolve: end } = Promise.withResolvers<undefined>();
  const stop = (why: EndReason): void => {
    reason ??= why;
    end(undefined);
  };
  const sign = (): void => {
    lastSign = clock.monotonic();
    progress();
  };
  const maxBytes = job.limits.maxOutputBytes;
  const onOver = (): void => stop("output-limit");
  const stdout = watchStream(child.stdout, { maxBytes, onBytes: sign, onOver });
  const stderr = watchStream(child.stderr, { maxBytes, onBytes: sign, onOver });
  const onAbort = (): void => stop("cancelled");
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();

  const exited = exitOf(child);
  const { promise: over, resolve: finish } = Promise.withResolvers<undefined>();
  const clocks = runClocks(job, { clock, over, stop, sign, lastSign: () => lastSign, started });
  if ((await Promise.race([exited, wanted])) === undefined) await endGroup(child, { exited, graceMs: job.limits.graceMs });
  const ended = await exited;
  finish(undefined);
  signal.removeEventListener("abort", onAbort);
  const strays = await sweepAttempt(job.attemptId);
  if (child.pid !== undefined) kill(-child.pid, "SIGKILL");
  await drain(child);
  await clocks;
  return { ...ended, ...(reason && { reason }), ms: clock.monotonic() - started, stdout: seen(stdout), stderr: seen(stderr), strays };
}

async function start(job: Supervised): Promise<ChildProcessWithoutNullStreams | { errno: string }> {
  try {
    const [file = "", ...args] = await enclosed(job);
    const child = spawn(file, args, {
      cwd: job.cwd,
      env: { ...job.env, [attemptVariable]: job.attemptId },
      // A detached child leads a process group, so that one signal reaches all of it.
      detached: true,
      shell: false,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const { promise, resolve } = Promise.withResolvers<{ errno: string } | undefined>();
    child.once("spawn", () => resolve(undefined));
    child.on("error", (error: NodeJS.ErrnoException) => resolve({ errno: error.code ?? error.message }));
    // The pipe of stdin breaks where a child doesn't read its input, which it need not.
    child.stdin.on("error", () => undefined);
    child.stdin.end(job.input ?? "");
    return (await promise) ?? child;
  } catch (error) {
    return { errno: error instanceof Error && "code" in error ? String(error.code) : String(error) };
  }
}

/** Command line of a job in the cgroup of its attempt, where there are cgroups. Rejects where its program can't be run: a shell would only say so. */
async function enclosed({ argv, env, attemptId }: Supervised): Promise<readonly string[]> {
  const cgroups = await findAttemptCgroups();
  if (cgroups === undefined) return argv;
  await access(argv[0] ?? "", constants.X_OK);
  return cgroups.enclose(attemptId, { argv, env });
}

type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

function exitOf(child: ChildProcessWithoutNullStreams): Promise<Exit> {
  // `exit`, not `close`: `close` waits for every process that inherited the pipes.
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve({ code: child.exitCode, signal: child.signalCode });
  return new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
}

interface ClockDeps {
  readonly clock: ExecutorContext["clock"];
  readonly over: Promise<undefined>;
  readonly stop: (why: EndReason) => void;
  readonly sign: () => void;
  readonly lastSign: () => number;
  readonly started: number;
}

async function runClocks({ limits, watch }: Supervised, deps: ClockDeps): Promise<void> {
  const { clock, over, stop, sign, lastSign, started } = deps;
  const stallMs = limits.stallMs ?? Infinity;
  const tick = Math.max(5, Math.min(1000, limits.hardMs / 10, stallMs / 10));
  const timer = new AbortController();
  const ended = over.then(() => timer.abort());
  let change = watch === undefined ? "" : await readFolderChange(watch);
  while (!timer.signal.aborted) {
    await delay(tick, undefined, { signal: timer.signal }).catch(() => undefined);
    if (timer.signal.aborted) break;
    if (watch !== undefined) {
      const now = await readFolderChange(watch);
      if (now !== change) sign();
      change = now;
    }
    if (clock.monotonic() - started >= limits.hardMs) stop("timed-out");
    else if (clock.monotonic() - lastSign() >= stallMs) stop("stalled");
  }
  await ended;
}

async function endGroup(
  child: ChildProcessWithoutNullStreams,
  { exited, graceMs }: { exited: Promise<Exit>; graceMs: number },
): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  kill(-pid, "SIGTERM");
  const timer = new AbortController();
  await Promise.race([exited, delay(graceMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
  kill(-pid, "SIGKILL");
}

async function drain(child: ChildProcessWithoutNullStreams): Promise<void> {
  const open = [child.stdout, child.stderr].filter((stream) => !stream.closed);
  const timer = new AbortController();
  const closed = Promise.all(open.map((stream) => new Promise((resolve) => stream.once("close", resolve))));
  await Promise.race([closed, delay(drainMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
  child.stdin.destroy();
  child.stdout.destroy();
  child.stderr.destroy();
}

function seen(stream: CappedStream): Ending["stdout"] {
  return { bytes: stream.bytes(), tail: stream.tail() };
}
