import { Worker } from "node:worker_threads";
import {
  fromProblem,
  type GivenFile,
  type Judge,
  judgeFile,
  parseRunPlan,
  type Parsed,
  type Pipeline,
  type Problem,
  refOf,
  rewriteFile,
  type RunPlan,
  TasukiError,
  type Unmet,
} from "@tasuki/protocol";
import { toPipelineRequest } from "../define/load-pipeline.ts";

/** Question to the judging thread about a file. Contracts are named with their versions. */
type Asked =
  | { readonly is: "judge"; readonly contract: string }
  | { readonly is: "plan" }
  | { readonly is: "rewrite"; readonly contract: string; readonly as: string };

/** Question to the judging thread, and its answer. */
export interface ThreadQuestion {
  readonly asked: Asked;
  readonly name: string;
  readonly bytes: Uint8Array;
}
export type ThreadAnswer = { readonly said: readonly Unmet[] | RunPlan | Parsed<string> } | { readonly refused: Problem };

export interface JudgeOptions {
  /** Bytes up to which a file is read at once, in this thread. */
  readonly atOnce?: number;
  /** Longest time of one file, milliseconds. */
  readonly fileMs?: number;
  /** Milliseconds without a file after which the thread is ended. */
  readonly idleMs?: number;
  /** Memory of the thread's heap, MiB. */
  readonly memoryMiB?: number;
}

interface Waiting {
  readonly file: GivenFile;
  readonly asked: Asked;
  readonly done: PromiseWithResolvers<unknown>;
}

/**
 * Judge of a node. A file of up to 16 KiB is read at once; a larger one in a thread, so that the event loop goes on. There is one thread, begun
 * when it is needed and ended when it is idle. Those who made the files take turns: whoever sends many waits for itself.
 */
export function createJudge(
  pipeline: Pipeline,
  { atOnce = 16 * 1024, fileMs = 30_000, idleMs = 30_000, memoryMiB = 256 }: JudgeOptions = {},
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
  const askThread = async ({ file: { name, read }, asked }: Waiting): Promise<unknown> => {
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
    worker.postMessage({ asked, name, bytes } satisfies ThreadQuestion);
    try {
      const answer = await promise;
      if ("refused" in answer) throw fromProblem(answer.refused);
      return answer.said;
    } finally {
      clearTimeout(timer);
      worker.off("message", resolve).off("error", onError).off("exit", onExit);
    }
  };
  const takeTurns = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    clearTimeout(idle);
    for (let next = take(turns); next !== undefined; next = take(turns)) await askThread(next).then(next.done.resolve, next.done.reject);
    isBusy = false;
    idle = setTimeout(end, idleMs).unref();
  };

  const ask = (file: GivenFile, asked: Asked): Promise<unknown> => {
    const done = Promise.withResolvers<unknown>();
    const own = turns.get(file.by) ?? [];
    turns.set(file.by, [...own, { file, asked, done }]);
    void takeTurns();
    return done.promise;
  };
  const isSmall = ({ size }: GivenFile): boolean => size <= atOnce;

  // The thread answers each question as its kind has it (`answer` of judge-thread.ts).
  return {
    async judge(file) {
      const { artifact, name, read } = file;
      if (isSmall(file)) return judgeFile(artifact, { name, bytes: await read() });
      return (await ask(file, { is: "judge", contract: refOf(artifact) })) as readonly Unmet[];
    },
    async plan(file) {
      if (isSmall(file)) return parseRunPlan(await file.read());
      return (await ask(file, { is: "plan" })) as RunPlan;
    },
    async rewrite(file, as) {
      const { artifact, name, read } = file;
      if (isSmall(file)) return rewriteFile(artifact, { name, bytes: await read() }, as);
      return (await ask(file, { is: "rewrite", contract: refOf(artifact), as: refOf(as) })) as Parsed<string>;
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
