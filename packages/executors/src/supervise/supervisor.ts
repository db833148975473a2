import { attemptVariable } from "./attempt-processes.ts";
import type { CappedStream } from "./signs-of-work.ts";
import { type Exit, startProcess } from "./start-process.ts";
import { type Cut, type Supervision, type SupervisionLimits, watchJob } from "./watch-job.ts";

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

/** End of a child, or of its job: its exit code or signal, and what it printed last. */
export interface Ending extends Exit {
  /** Reason for which the supervisor ended the child; absent where the child ended by itself. */
  readonly reason?: Cut | "not-started";
  /** With `not-started`: the system's error code, such as `ENOENT`. */
  readonly errno?: string;
  readonly ms: number;
  readonly stdout: { readonly bytes: number; readonly tail: string };
  readonly stderr: { readonly bytes: number; readonly tail: string };
  /** Processes that outlived the child and were killed. */
  readonly strays: number;
}

/** Ending of a job whose child was not started. */
export function unstarted(reason: "cancelled" | "not-started", { ms, errno }: { readonly ms: number; readonly errno?: string }): Ending {
  const nothing = { bytes: 0, tail: "" };
  return { code: null, signal: null, reason, ...(errno !== undefined && { errno }), ms, stdout: nothing, stderr: nothing, strays: 0 };
}

/** Supervises one child to its end, and leaves no process of it behind. Never rejects for anything that the child does. */
export async function supervise({ attemptId, input, watch, limits, ...job }: Supervised, context: Supervision): Promise<Ending> {
  const { clock, signal } = context;
  const started = clock.monotonic();
  const ms = (): number => clock.monotonic() - started;
  if (signal.aborted) return unstarted("cancelled", { ms: ms() });
  const child = await startProcess({ ...job, mark: { variable: attemptVariable, id: attemptId } });
  if ("errno" in child) return unstarted("not-started", { ms: ms(), errno: child.errno });
  child.stdin.end(input ?? "");
  const reason = await watchJob({ streams: [child.stdout, child.stderr], limits, watch, over: child.exited }, context);
  const ended = await child.end(limits.graceMs);
  const strays = await child.clear();
  return { ...ended, ...(reason && { reason }), ms: ms(), stdout: seen(child.stdout), stderr: seen(child.stderr), strays };
}

/** A stream as an ending tells of it. */
export function seen(stream: CappedStream): Ending["stdout"] {
  return { bytes: stream.bytes(), tail: stream.tail() };
}
