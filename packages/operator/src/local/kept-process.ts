import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { type Clock, TasukiError } from "@tasuki/protocol";
import { nodeFlags } from "@tasuki/node";

/** The times of a process that is kept running; all in milliseconds. */
interface Timing {
  /** The wait before a process that died is started again. */
  readonly restart: number;
  /** The life of a process that died quickly: so long, or shorter. After five such deaths in a row the waits double. */
  readonly quick: number;
  /** The longest wait. */
  readonly longest: number;
  /** The time between SIGTERM and SIGKILL. */
  readonly grace: number;
}

export interface KeptProcessDeps {
  /** The program that Node runs. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Health probe. Called when the process has said over IPC that it started; resolves when it is healthy. `signal` aborts when it has ended. */
  readonly untilHealthy: (signal: AbortSignal) => Promise<void>;
  /** Called for each line that the process printed. */
  readonly onLine: (text: string) => void;
  /** Called when the process is healthy, and when it has ended. */
  readonly onEvent: (text: string) => void;
  readonly clock: Pick<Clock, "monotonic">;
  readonly timing: Timing;
}

/** A process that is started again whenever it has ended. Disposing ends it for good. */
export interface KeptProcess extends AsyncDisposable {
  /** Resolves when the process is healthy for the first time. Rejects with `unavailable` where it died five times before. */
  readonly started: Promise<void>;
}

const quickDeaths = 5;

/**
 * Starts a program in a process group of its own, so that a terminal's Ctrl-C reaches this process alone, and with an IPC channel: where
 * this process is gone, also by SIGKILL, the end of the channel tells the program.
 */
export function keepProcess(deps: KeptProcessDeps): KeptProcess {
  const ended = new AbortController();
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => undefined);
  const running = keep(deps, { first, signal: ended.signal });
  return {
    started: first.promise,
    async [Symbol.asyncDispose]() {
      ended.abort();
      await running;
    },
  };
}

async function keep(deps: KeptProcessDeps, { first, signal }: { first: PromiseWithResolvers<void>; signal: AbortSignal }): Promise<void> {
  const { timing, clock, onEvent } = deps;
  let deaths = 0;
  while (!signal.aborted) {
    const began = clock.monotonic();
    const { how, last } = await runOnce(deps, { signal, onHealthy: () => first.resolve() });
    if (signal.aborted) break;
    deaths = clock.monotonic() - began <= timing.quick ? deaths + 1 : 0;
    const isLoop = deaths >= quickDeaths;
    const wait = isLoop ? Math.min(timing.restart * 2 ** (deaths - quickDeaths + 1), timing.longest) : timing.restart;
    if (isLoop) first.reject(new TasukiError("unavailable", `It ended ${deaths} times as soon as it was started. Its last words: ${last}`));
    const looping = isLoop ? ` for the ${deaths}th time in a row, soon after its start: see its log` : "";
    onEvent(`${how}${looping}; restart in ${Number((wait / 1000).toFixed(1))} s`);
    await delay(wait, undefined, { signal }).catch(() => undefined);
  }
  first.reject(new TasukiError("unavailable", "It was ended before it was healthy."));
}

async function runOnce(
  { program, environment, untilHealthy, onLine, onEvent, timing }: KeptProcessDeps,
  { signal, onHealthy }: { signal: AbortSignal; onHealthy: () => void },
): Promise<{ readonly how: string; readonly last: string }> {
  const child = spawn(process.execPath, [...nodeFlags, program], {
    env: environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const over = new AbortController();
  let last = "nothing";
  for (const stream of [child.stdout, child.stderr])
    if (stream)
      createInterface({ input: stream }).on("line", (text) => {
        if (stream === child.stderr && text.trim() !== "") last = text;
        onLine(text);
      });
  child.once("message", () => {
    const heard = async (): Promise<void> => {
      await untilHealthy(over.signal);
      onHealthy();
      onEvent("is healthy");
    };
    heard().catch(() => undefined); // the process has ended before
  });
  const stop = (): void => void end(child, timing.grace);
  signal.addEventListener("abort", stop, { once: true });
  try {
    const how = await new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(`could not be started (${error.message})`));
      child.once("close", (code, name) => resolve(name === null ? `ended with code ${code}` : `was ended by ${name}`));
    });
    return { how, last };
  } finally {
    signal.removeEventListener("abort", stop);
    over.abort();
  }
}

async function end(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  child.kill("SIGTERM");
  await once(child, "close");
  clearTimeout(timer);
}
