import { getCompileCacheDir } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { ExecutorContext } from "@tasuki/protocol";
import { toLimitedArgv } from "./resource-limits.ts";
import { type Ending, supervise } from "./supervisor.ts";

/** Memory of a child of ours, MiB, in addition to what the program itself takes. */
const defaultMemoryMiB = 512;

// Memory that is not on the heap: what Node 26 has mapped before it runs a line (590 MiB measured, 512 of it V8's reserved code range,
// which RLIMIT_DATA counts), and room for buffers, the young generation and stacks.
const offHeapMiB = 736;
const graceMs = 2000;
// Output of our own children is notes only; a library that floods is ended.
const maxOutputBytes = 8 * 1024 * 1024;

/** One of our own modules, as a process of its own. */
export interface ModuleProcess {
  /** File URL of the module. */
  readonly module: string;
  /** Value that the module reads from stdin, as JSON. */
  readonly request: unknown;
  /** Folder that the process starts in. */
  readonly folder: string;
  readonly attemptId: string;
  readonly memoryMiB?: number | undefined;
  readonly hardMs: number;
  readonly stallMs: number;
  /** A folder in which changes are signs of work. */
  readonly watch?: string;
}

/** Supervises a module in a Node process of its own. Its heap is capped on every machine, the rest of its memory where there is prlimit. */
export function superviseModule(child: ModuleProcess, context: Pick<ExecutorContext, "clock" | "signal" | "progress">): Promise<Ending> {
  const memoryMiB = child.memoryMiB ?? defaultMemoryMiB;
  // The compile cache of this process serves its children, too: half of what a short child takes is to compile.
  const compiled = getCompileCacheDir();
  const options = [`--max-old-space-size=${memoryMiB}`, "--disable-warning=ExperimentalWarning"];
  return supervise(
    {
      argv: toLimitedArgv([process.execPath, ...options, fileURLToPath(child.module)], { data: (memoryMiB + offHeapMiB) * 1024 * 1024 }),
      cwd: child.folder,
      // UTC and one locale on every machine: the same inputs give the same bytes.
      env: { LANG: "C.UTF-8", TZ: "UTC", ...(compiled !== undefined && { NODE_COMPILE_CACHE: dirname(compiled) }) },
      attemptId: child.attemptId,
      input: JSON.stringify(child.request),
      ...(child.watch !== undefined && { watch: child.watch }),
      limits: { hardMs: child.hardMs, stallMs: child.stallMs, graceMs, maxOutputBytes },
    },
    context,
  );
}
