import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExecutorContext } from "@tasuki/contracts";
import { toLimitedArgv } from "./resource-limits.ts";
import { type Ending, supervise } from "./supervisor.ts";

/** Megabytes (MiB) that a child of ours may hold beside the program itself. */
const defaultMemoryMiB = 512;

// What Node 26 has mapped before it runs a line (590 MiB measured, 512 of it V8's reserved code range, which RLIMIT_DATA counts),
// and room for what isn't on the heap: buffers, the young generation, stacks.
const besideTheHeapMiB = 736;
const graceMs = 2000;
// Our own children print only notes; a library that floods is ended.
const maxOutputBytes = 8 * 1024 * 1024;

export interface ModuleRun {
  /** File URL of the module to run. */
  readonly module: string;
  /** Given on stdin, as JSON. */
  readonly request: unknown;
  readonly folder: string;
  readonly attemptId: string;
  readonly memoryMiB?: number | undefined;
  readonly hardMs: number;
  readonly stallMs: number;
  /** A folder in which changes are signs of work. */
  readonly watch?: string;
}

/** Runs one of our own modules as a supervised Node process with a memory cap; its heap is capped everywhere, the rest where there is prlimit. */
export function runModule(run: ModuleRun, context: Pick<ExecutorContext, "clock" | "signal" | "progress">): Promise<Ending> {
  const memoryMiB = run.memoryMiB ?? defaultMemoryMiB;
  // Half of what a short child takes is to compile: where this process keeps that, its children find it.
  const compiled = getCompileCacheDir();
  const node = [process.execPath, `--max-old-space-size=${memoryMiB}`, "--disable-warning=ExperimentalWarning", fileURLToPath(run.module)];
  return supervise(
    {
      argv: toLimitedArgv(node, { data: (memoryMiB + besideTheHeapMiB) * 1024 * 1024 }),
      cwd: run.folder,
      // UTC and one locale on every machine: the same inputs give the same bytes.
      env: { LANG: "C.UTF-8", TZ: "UTC", ...(compiled !== undefined && { NODE_COMPILE_CACHE: dirname(compiled) }) },
      attemptId: run.attemptId,
      input: JSON.stringify(run.request),
      ...(run.watch !== undefined && { watch: run.watch }),
      limits: { hardMs: run.hardMs, stallMs: run.stallMs, graceMs, maxOutputBytes },
    },
    context,
  );
}
