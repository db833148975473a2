import { randomUUID } from "node:crypto";
import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Boot, childVariable, sweepBoots } from "./attempt-processes.ts";
import { type ChildAnswer, type ChildJob, type Heard, readChannel } from "./child-channel.ts";
import { toLimitedArgv } from "./resource-limits.ts";
import { type CappedStream, watchStream } from "./signs-of-work.ts";
import { type Exit, startProcess, type StartedProcess } from "./start-process.ts";
import { type Ending, seen, unstarted } from "./supervisor.ts";
import { type Supervision, watchJob } from "./watch-job.ts";

const program = fileURLToPath(import.meta.resolve("./child-main.ts"));

// Memory that is not on the heap: what Node 26 has mapped before it runs a line (590 MiB measured, 512 of it V8's reserved code range,
// which RLIMIT_DATA counts), and room for buffers, the young generation and stacks.
const offHeapMiB = 736;
// What our own children print are notes only, and what they answer is bounded by those who ask; a library that floods is ended.
const maxOutputBytes = 8 * 1024 * 1024;
const graceMs = 2000;
// Bytes of one file, and open files, of a child that is confined.
const ofConfined = { fsize: 256 * 1024 * 1024, nofile: 1024 };

/** Bounds of a child that is used again: after so many jobs, so long after its first one, or with so much memory after a job it is ended. */
const most = { jobs: 500, ms: 3_600_000, memoryMiB: 160, idle: 2 };

export interface ChildrenOptions {
  /**
   * `reused`: a child does one job after another. It can start no process or thread and reach no network, its intrinsics are frozen, and it is ended as
   * soon as a job has left something behind. `confined`: a child does one job, and can start nothing and reach nothing either. `once`: a child does one
   * job, and may do what the node's user may.
   */
  readonly use: "reused" | "confined" | "once";
  /** Heap of a child, MiB. */
  readonly memoryMiB?: number | undefined;
  /** Time without a job after which children that wait are ended, milliseconds. */
  readonly idleMs?: number;
}

/** One of our own jobs, and its limits. */
export interface LimitedJob extends ChildJob {
  /** File URLs of modules that the job will load, and others like it. */
  readonly loads: readonly string[];
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

/** Life of a node in which children are kept ready. */
interface ChildrenOf extends Boot {
  /** Absolute path of the folder that has all work folders: nothing else is written to by children that are confined. */
  readonly work: string;
  /** File URLs of modules that children load before there is a job. */
  readonly loads: readonly string[];
}

/** Children of ours, prepared before there is a job for them. */
export interface Children {
  /** Does a job in a child. Never rejects for anything that the child does; nothing that the job has started is left. */
  perform(job: LimitedJob, context: Supervision): Promise<JobEnding>;
  /** Begins a life of the node: ends the children of earlier ones, resolves with how many there were, and keeps one ready from now on. */
  begin(life: ChildrenOf): Promise<number>;
  /** Ends the children that wait for a job. */
  end(): Promise<void>;
}

interface Child {
  readonly process: StartedProcess;
  readonly channel: CappedStream;
  readonly listen: () => Heard;
  jobs: number;
  /** Time at which the first job was given, monotonic. */
  since?: number;
}

/** Prepares nothing yet: children are started by `begin`, or by the first job. */
export function createChildren({ use, memoryMiB = 512, idleMs = 60_000 }: ChildrenOptions): Children {
  const waiting: Child[] = [];
  let life: Boot & Partial<ChildrenOf> = { node: randomUUID(), boot: randomUUID() };
  let number = 0;
  let isEnded = false;
  let readying: Promise<void> | undefined;
  let idle: NodeJS.Timeout | undefined;

  const start = async (loads: readonly string[]): Promise<Child | { readonly errno: string }> => {
    number += 1;
    const cache = compileCache();
    const process = await startProcess({
      argv: argvOf({ use, memoryMiB, loads, writes: life.work === undefined ? [] : [life.work, ...(cache === undefined ? [] : [cache])] }),
      cwd: "/",
      // UTC and one locale on every machine: the same inputs give the same bytes.
      env: { LANG: "C.UTF-8", TZ: "UTC", ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }) },
      mark: { variable: childVariable, id: `${life.node}.${life.boot}.${number}` },
      hasChannel: true,
    });
    if ("errno" in process) return process;
    const { channel } = process;
    if (channel === undefined) return { errno: "EPIPE" };
    return { process, channel: watchStream(channel), listen: readChannel(channel), jobs: 0 };
  };
  const wait = (child: Child): void => {
    waiting.push(child);
    child.process.keep(false);
    void forgetEnded(child);
    clearTimeout(idle);
    idle = setTimeout(() => void endWaiting(), idleMs).unref();
  };
  /** Forgets a child that has ended while it waited. */
  const forgetEnded = async (child: Child): Promise<void> => {
    await child.process.exited;
    const at = waiting.indexOf(child);
    if (at < 0) return;
    waiting.splice(at, 1);
    await discard(child);
  };
  const endWaiting = async (): Promise<void> => {
    await Promise.all(waiting.splice(0).map(discard));
  };
  const startWaiting = async (loads: readonly string[]): Promise<void> => {
    const child = await start(loads);
    readying = undefined;
    if (!("errno" in child)) wait(child);
  };
  /** Keeps one ready, from the beginning of a life of the node on. */
  const ready = async (): Promise<void> => {
    const { loads } = life;
    if (loads !== undefined && !isEnded && waiting.length === 0) await (readying ??= startWaiting(loads));
  };
  const isGood = ({ jobs, since = 0 }: Child, { left, memoryMiB }: ChildAnswer, now: number): boolean =>
    use === "reused" &&
    !isEnded &&
    left.length === 0 &&
    memoryMiB <= most.memoryMiB &&
    jobs < most.jobs &&
    now - since < most.ms &&
    waiting.length < most.idle;

  return {
    async perform({ loads, hardMs, stallMs, watch, ...job }, context) {
      const { clock, signal } = context;
      const started = clock.monotonic();
      const ms = (): number => clock.monotonic() - started;
      if (signal.aborted) return { ...unstarted("cancelled", { ms: ms() }), told: [] };
      const child = waiting.pop() ?? (await start(loads));
      if ("errno" in child) return { ...unstarted("not-started", { ms: ms(), errno: child.errno }), told: [] };
      const { process, channel } = child;
      child.jobs += 1;
      child.since ??= started;
      process.keep(true);
      const heard = child.listen();
      process.stdin.write(`${JSON.stringify(job)}\n`);
      let answer: ChildAnswer | undefined;
      const over = Promise.race([heard.answered.then((given) => (answer = given)), process.exited]).catch(() => undefined);
      const limits = { hardMs, stallMs, graceMs, maxOutputBytes };
      const reason = await watchJob({ streams: [process.stdout, process.stderr, channel], limits, watch, over }, context);
      const isDone = reason === undefined && answer !== undefined;
      let ended: Exit = { code: 0, signal: null };
      let strays = 0;
      if (isDone && answer !== undefined && isGood(child, answer, clock.monotonic())) wait(child);
      else {
        const exit = await process.end(reason === undefined ? 0 : graceMs);
        strays = await process.clear();
        if (!isDone) ended = exit;
        void ready();
      }
      const stdout = seen(process.stdout);
      return {
        ...ended,
        ...(reason && { reason }),
        ms: ms(),
        stdout: stdout.bytes === 0 ? { bytes: 0, tail: heard.said } : stdout,
        stderr: seen(process.stderr),
        strays,
        told: heard.told,
        ...(isDone && { answer: { value: answer?.answer } }),
      };
    },
    async begin(begun) {
      life = begun;
      const strays = await sweepBoots(begun);
      await ready();
      return strays;
    },
    async end() {
      isEnded = true;
      clearTimeout(idle);
      await readying;
      await endWaiting();
    },
  };
}

async function discard({ process }: Child): Promise<void> {
  // Nothing else may keep this process going until its child has ended: an end in order waits for that.
  process.keep(true);
  await process.end(0);
  await process.clear();
}

/** Folder of this process's compile cache, which serves its children, too: half of what a child takes to be ready is to compile. */
function compileCache(): string | undefined {
  const compiled = getCompileCacheDir();
  return compiled === undefined ? undefined : dirname(compiled);
}

interface Argv extends Required<Pick<ChildrenOptions, "use">> {
  readonly memoryMiB: number;
  readonly loads: readonly string[];
  /** Folders that a child may write to, where it is confined; none stands for all. */
  readonly writes: readonly string[];
}

function argvOf({ use, memoryMiB, loads, writes }: Argv): readonly string[] {
  // With a star, and not only a slash, a folder counts that is not there yet.
  const written = writes.length === 0 ? ["*"] : writes.map((path) => `${path}/*`);
  const confined = ["--permission", "--allow-fs-read=*", ...written.map((path) => `--allow-fs-write=${path}`)];
  const options = [
    // Its heap is capped on every machine, the rest of its memory where there is prlimit.
    `--max-old-space-size=${memoryMiB}`,
    "--max-semi-space-size=4",
    "--disable-warning=ExperimentalWarning",
    ...(use === "once" ? [] : confined),
    ...(use === "reused" ? ["--frozen-intrinsics", "--zero-fill-buffers"] : []),
  ];
  const data = (memoryMiB + offHeapMiB) * 1024 * 1024;
  return toLimitedArgv([process.execPath, ...options, program, use, ...loads], { data, ...(use !== "once" && ofConfined) });
}
