import { type ChildProcess, spawn } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { Duplex, type Readable, type Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { findAttemptCgroups } from "./attempt-cgroup.ts";
import { endStrays, kill, type Mark } from "./attempt-processes.ts";
import { type CappedStream, watchStream } from "./signs-of-work.ts";

// Time for the pipes to close after the child has ended. A descendant that inherited them can hold them open for ever.
const drainMs = 250;

/** A process to start. */
export interface ProcessToStart {
  /** The program's absolute path, and its arguments. No shell is involved. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The process's whole environment; nothing is inherited. Its mark is added. */
  readonly env: Readonly<Record<string, string>>;
  readonly mark: Mark;
  /** True where the process gets one more stream, its file 3, which it and this process write to and read from. */
  readonly hasChannel?: boolean;
}

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** A process that leads a group of its own, and is in a cgroup of its own where there are any. */
export interface StartedProcess {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: CappedStream;
  readonly stderr: CappedStream;
  readonly channel: Duplex | undefined;
  /** Resolves once the process has ended, however. */
  readonly exited: Promise<Exit>;
  /** Ends the process, with `graceMs` between SIGTERM and SIGKILL where it has not ended yet. */
  end(graceMs: number): Promise<Exit>;
  /** Ends whatever the process, which has ended, has left behind, and closes its streams. Resolves with the number of processes. */
  clear(): Promise<number>;
  /** Lets this process end though that one runs, or not. */
  keep(isKept: boolean): void;
}

/** Starts a process. Resolves with the system's error code where it can't be started. */
export async function startProcess(wanted: ProcessToStart): Promise<StartedProcess | { readonly errno: string }> {
  const { mark, hasChannel = false } = wanted;
  try {
    const [file = "", ...args] = await enclosed(wanted);
    const child = spawn(file, args, {
      cwd: wanted.cwd,
      env: { ...wanted.env, [mark.variable]: mark.id },
      // A detached child leads a process group, so that one signal reaches all of it.
      detached: true,
      shell: false,
      stdio: ["pipe", "pipe", "pipe", ...(hasChannel ? (["pipe"] as const) : [])],
    });
    const { promise, resolve } = Promise.withResolvers<{ errno: string } | undefined>();
    child.once("spawn", () => resolve(undefined));
    child.on("error", (error: NodeJS.ErrnoException) => resolve({ errno: error.code ?? error.message }));
    const { stdin, stdout, stderr } = child;
    // The pipe of stdin breaks where a child doesn't read its input, which it need not.
    stdin?.on("error", () => undefined);
    const failed = await promise;
    if (failed !== undefined) return failed;
    if (child.pid === undefined || stdin === null || stdout === null || stderr === null) return { errno: "ECHILD" };
    return toStarted(child, { pid: child.pid, mark, stdin, out: stdout, err: stderr });
  } catch (error) {
    return { errno: error instanceof Error && "code" in error ? String(error.code) : String(error) };
  }
}

interface Parts {
  readonly pid: number;
  readonly mark: Mark;
  readonly stdin: Writable;
  readonly out: Readable;
  readonly err: Readable;
}

function toStarted(child: ChildProcess, { pid, mark, stdin, out, err }: Parts): StartedProcess {
  const exited = exitOf(child);
  const found = child.stdio[3];
  const channel = found instanceof Duplex ? found : undefined;
  channel?.on("error", () => undefined);
  const streams = [stdin, out, err, ...(channel === undefined ? [] : [channel])];
  return {
    pid,
    stdin,
    stdout: watchStream(out),
    stderr: watchStream(err),
    channel,
    exited,
    async end(graceMs) {
      if (child.exitCode !== null || child.signalCode !== null) return exited;
      if (graceMs > 0) {
        kill(-pid, "SIGTERM");
        const timer = new AbortController();
        await Promise.race([exited, delay(graceMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
        timer.abort();
      }
      kill(-pid, "SIGKILL");
      return exited;
    },
    async clear() {
      const strays = await endStrays(mark);
      kill(-pid, "SIGKILL");
      await drain([out, err, ...(channel === undefined ? [] : [channel])]);
      for (const stream of streams) stream.destroy();
      return strays;
    },
    keep(isKept) {
      const change = isKept ? "ref" : "unref";
      child[change]();
      for (const stream of streams) if ("ref" in stream && "unref" in stream) (stream as unknown as NodeJS.RefCounted)[change]();
    },
  };
}

/** Command line of a process in the cgroup of its mark, where there are cgroups. Rejects where its program can't be run: a shell would only say so. */
async function enclosed({ argv, env, mark }: ProcessToStart): Promise<readonly string[]> {
  const cgroups = await findAttemptCgroups();
  if (cgroups === undefined) return argv;
  await access(argv[0] ?? "", constants.X_OK);
  return cgroups.enclose(mark.id, { argv, env });
}

function exitOf(child: ChildProcess): Promise<Exit> {
  // `exit`, not `close`: `close` waits for every process that inherited the pipes.
  return new Promise((resolve) => child.once("exit", (code, signal) => resolve({ code, signal })));
}

async function drain(streams: readonly Readable[]): Promise<void> {
  const open = streams.filter((stream) => !stream.closed);
  const timer = new AbortController();
  const closed = Promise.all(open.map((stream) => new Promise((resolve) => stream.once("close", resolve))));
  await Promise.race([closed, delay(drainMs, undefined, { signal: timer.signal }).catch(() => undefined)]);
  timer.abort();
}
