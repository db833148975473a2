import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { childVariable } from "./attempt-processes.ts";
import { type ChildAnswer, type ChildJob, readChannel } from "./child-channel.ts";
import { toLimitedArgv } from "./resource-limits.ts";
import { watchStream } from "./signs-of-work.ts";
import { type Exit, startProcess } from "./start-process.ts";
import { type Ending, seen } from "./supervisor.ts";
import { type Supervision, watchJob } from "./watch-job.ts";

const program = fileURLToPath(import.meta.resolve("./child-main.ts"));

// Memory that is not on the heap: what Node 26 has mapped before it runs a line (590 MiB measured, 512 of it V8's reserved code range,
// which RLIMIT_DATA counts), and room for buffers, the young generation and stacks.
const offHeapMiB = 736;
// Output of a child of ours is notes only, and its answer is bounded by whoever asked; a library that floods is ended.
const maxOutputBytes = 8 * 1024 * 1024;
const graceMs = 2000;
// Bytes of one file, and open files, of a child that is confined.
const ofConfined = { fsize: 256 * 1024 * 1024, nofile: 1024 };

/** Bounds of a child that is used again: after so many jobs, so long after its first one, or with so much memory after a job it is ended. */
const most = { jobs: 500, ms: 3_600_000, memoryMiB: 160 };

/**
 * Use of a child. `reused`: it does one job after another; it can start no process or thread and reach no network, its intrinsics are frozen, and it is
 * ended as soon as a job has left something behind. `confined`: it does one job, and can start nothing and reach nothing either. `once`: it does one job, and
 * may do what the node's user may.
 */
export type Use = "reused" | "confined" | "once";

/** A job, and its limits. */
export interface LimitedJob extends ChildJob {
  readonly hardMs: number;
  readonly stallMs: number;
  /** A folder in which changes are signs of work. */
  readonly watch?: string;
}

/** End of a job. Where it has an `answer`, its child has done it; else its code, signal and reason say how the child ended. */
export interface JobEnding extends Ending {
  readonly answer?: { readonly value: unknown };
  readonly told: readonly unknown[];
}

/** How a child has done a job. */
export interface Done {
  readonly ending: JobEnding;
  /** True where the child has taken the job up. One that died before it did has done nothing of it. */
  readonly isBegun: boolean;
  /** True where the child is as it was, and has room for another job; else it is gone, and all that it has started. */
  readonly isGood: boolean;
}

export interface PreparedChild {
  /** Does a job, one at a time. Never rejects for anything that the child does. */
  perform(job: LimitedJob, context: Supervision): Promise<Done>;
  /** Resolves once the process has ended, however. */
  readonly exited: Promise<unknown>;
  /** Lets this process end though the child waits for a job. */
  rest(): void;
  /** Ends the child. */
  discard(): Promise<void>;
}

export interface ChildToStart {
  readonly use: Use;
  /** Heap, MiB. */
  readonly memoryMiB: number;
  /** File URLs of modules that are loaded before there is a job. */
  readonly loads: readonly string[];
  /** Folder that a child may write to where it is confined, absolute, in addition to Node's compile cache; left out, it may write anywhere. */
  readonly work: string | undefined;
  /** Mark, by which a later boot finds the child. */
  readonly id: string;
}

/** Starts a child, which then prepares itself. Resolves with the system's error code where it can't be started. */
export async function startChild(wanted: ChildToStart): Promise<PreparedChild | { readonly errno: string }> {
  const { use, id } = wanted;
  const compiled = getCompileCacheDir();
  // The compile cache of this process serves its children, too: half of what a child takes to be ready is to compile.
  const cache = compiled === undefined ? undefined : dirname(compiled);
  const process = await startProcess({
    argv: argvOf(wanted, cache),
    cwd: "/",
    // UTC and one locale on every machine: the same inputs give the same bytes.
    env: { LANG: "C.UTF-8", TZ: "UTC", ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }) },
    mark: { variable: childVariable, id },
    hasChannel: true,
  });
  if ("errno" in process) return process;
  const { channel } = process;
  if (channel === undefined) return { errno: "EPIPE" };
  const streams = [process.stdout, process.stderr, watchStream(channel)];
  const listen = readChannel(channel);
  let jobs = 0;
  let since: number | undefined;

  const hasRoom = ({ left, memoryMiB }: ChildAnswer, now: number): boolean =>
    use === "reused" && left.length === 0 && memoryMiB <= most.memoryMiB && jobs < most.jobs && now - (since ?? now) < most.ms;

  return {
    async perform({ hardMs, stallMs, watch, ...job }, context) {
      const { clock } = context;
      const started = clock.monotonic();
      jobs += 1;
      since ??= started;
      process.keep(true);
      const heard = listen();
      process.stdin.write(`${JSON.stringify(job)}\n`);
      let answer: ChildAnswer | undefined;
      const over = Promise.race([heard.answered.then((given) => (answer = given)), process.exited]).catch(() => undefined);
      const limits = { hardMs, stallMs, graceMs, maxOutputBytes };
      const reason = await watchJob({ streams, limits, watch, over }, context);
      const isDone = reason === undefined && answer !== undefined;
      const isGood = isDone && answer !== undefined && hasRoom(answer, clock.monotonic());
      let ended: Exit = { code: 0, signal: null };
      let strays = 0;
      if (!isGood) {
        const exit = await process.end(reason === undefined ? 0 : graceMs);
        strays = await process.clear();
        if (!isDone) ended = exit;
      }
      const stdout = seen(process.stdout);
      const ending: JobEnding = {
        ...ended,
        ...(reason && { reason }),
        ms: clock.monotonic() - started,
        stdout: stdout.bytes === 0 ? { bytes: 0, tail: heard.said } : stdout,
        stderr: seen(process.stderr),
        strays,
        told: heard.told,
        ...(isDone && { answer: { value: answer?.answer } }),
      };
      return { ending, isBegun: heard.isBegun || reason !== undefined, isGood };
    },
    exited: process.exited,
    rest: () => process.keep(false),
    async discard() {
      // Nothing else may keep this process going until its child has ended: an end in order waits for that.
      process.keep(true);
      await process.end(0);
      await process.clear();
    },
  };
}

function argvOf({ use, memoryMiB, loads, work }: ChildToStart, cache: string | undefined): readonly string[] {
  // With a star, and not only a slash, a folder counts that is not there yet.
  const written = work === undefined ? ["*"] : [work, ...(cache === undefined ? [] : [cache])].map((path) => `${path}/*`);
  const confined = ["--permission", "--allow-fs-read=*", ...written.map((path) => `--allow-fs-write=${path}`)];
  const options = [
    // The heap is capped on every machine, the rest of its memory where there is prlimit.
    `--max-old-space-size=${memoryMiB}`,
    "--max-semi-space-size=4",
    "--disable-warning=ExperimentalWarning",
    ...(use === "once" ? [] : confined),
    ...(use === "reused" ? ["--frozen-intrinsics", "--zero-fill-buffers"] : []),
  ];
  const data = (memoryMiB + offHeapMiB) * 1024 * 1024;
  return toLimitedArgv([process.execPath, ...options, program, use, ...loads], { data, ...(use !== "once" && ofConfined) });
}
