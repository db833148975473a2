import { Worker } from "node:worker_threads";
import {
  fromProblem,
  type Judge,
  type JudgedFile,
  judgeFile,
  type Pipeline,
  type Problem,
  refOf,
  TasukiError,
  type Unmet,
} from "@tasuki/protocol";
import { toPipelineRequest } from "../define/load-pipeline.ts";

/** Question to the judging thread, and its answer. */
export interface ThreadQuestion {
  readonly contract: string;
  readonly name: string;
  readonly bytes: Uint8Array;
}
export type ThreadAnswer = { readonly unmet: readonly Unmet[] } | { readonly refused: Problem };

export interface JudgeOptions {
  /** Bytes up to which a file is judged at once, in this thread. */
  readonly atOnce?: number;
  /** Longest time of one file, milliseconds. */
  readonly fileMs?: number;
  /** Milliseconds without a file after which the thread is ended. */
  readonly idleMs?: number;
  /** Memory of the thread's heap, MiB. */
  readonly memoryMiB?: number;
}

interface Waiting {
  readonly file: JudgedFile;
  readonly done: PromiseWithResolvers<readonly Unmet[]>;
}

/**
 * Judge of a node. A file of up to 16 KiB is judged at once; a larger one in a thread, so that the event loop goes on. There is one thread, begun
 * when it is needed and ended when it is idle. Those who made the files take turns: whoever sends many waits for itself.
 */
export function createJudge(
  pipeline: Pipeline,
  { atOnce = 16 * 1024, fileMs = 30_000, idleMs = 30_000, memoryMiB = 512 }: JudgeOptions = {},
): Judge {
  const turns = new Map<string, Waiting[]>();
  let thread: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let isBusy = false;

  const end = (): void => {
    void thread?.terminate();
    thread = undefined;
  };
  const begin = (): Worker => {
    const made = new Worker(new URL("judge-thread.ts", import.meta.url), {
      workerData: toPipelineRequest(pipeline),
      resourceLimits: { maxOldGenerationSizeMb: memoryMiB },
    });
    // The death of an idle thread is no news; a file that it was judging has a listener of its own.
    made.on("error", () => undefined).once("exit", () => (thread = thread === made ? undefined : thread));
    made.unref();
    return made;
  };
  const askThread = async ({ artifact, name, read }: JudgedFile): Promise<readonly Unmet[]> => {
    const bytes = await read();
    const worker = (thread ??= begin());
    const { promise, resolve, reject } = Promise.withResolvers<ThreadAnswer>();
    const fail = (how: string): void => reject(new TasukiError("unavailable", `${name} could not be judged: its reading ${how}.`));
    const onError = (error: unknown): void => fail(`ended with ${error instanceof Error ? error.message : String(error)}`);
    const onExit = (): void => fail("ended");
    const timer = setTimeout(() => {
      fail(`took more than ${fileMs} ms`);
      end();
    }, fileMs);
    worker.once("message", resolve).once("error", onError).once("exit", onExit);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage({ contract: refOf(artifact), name, bytes } satisfies ThreadQuestion);
    try {
      const said = await promise;
      if ("refused" in said) throw fromProblem(said.refused);
      return said.unmet;
    } finally {
      clearTimeout(timer);
      worker.off("message", resolve).off("error", onError).off("exit", onExit);
    }
  };
  const takeTurns = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    clearTimeout(idle);
    for (let next = take(turns); next !== undefined; next = take(turns))
      await askThread(next.file).then(next.done.resolve, next.done.reject);
    isBusy = false;
    idle = setTimeout(end, idleMs).unref();
  };

  return {
    async judge(file) {
      if (file.size <= atOnce) return judgeFile(file.artifact, { name: file.name, bytes: await file.read() });
      const done = Promise.withResolvers<readonly Unmet[]>();
      const own = turns.get(file.by) ?? [];
      turns.set(file.by, [...own, { file, done }]);
      void takeTurns();
      return done.promise;
    },
  };
}

/** Takes the next file of whoever has waited the longest since a file of theirs was taken. */
function take(turns: Map<string, Waiting[]>): Waiting | undefined {
  const [first] = turns;
  if (first === undefined) return undefined;
  const [by, [next, ...rest]] = first;
  turns.delete(by);
  if (rest.length > 0) turns.set(by, rest);
  return next;
}
