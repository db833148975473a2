import { join } from "node:path";
import type { Network } from "./open-network.ts";
import { startProcess } from "./start-process.ts";

export interface Call {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The address that the caller claims to have. */
  readonly localAddress?: string;
  /** True for a call over the machine's one kept connection; other calls have one of their own. */
  readonly keep?: boolean;
  readonly timeoutMs: number;
}

/** `from` is the caller's port; `closed` is true where the other end has closed the connection. */
export type Answer =
  | { readonly status: number; readonly body: string; readonly from: number; readonly closed: boolean }
  | { readonly error: string };

export interface Caller extends AsyncDisposable {
  call(call: Omit<Call, "timeoutMs"> & { readonly timeoutMs?: number }): Promise<Answer>;
}

/** Starts a process on a machine that calls others. */
export async function startCaller(network: Network, machine: string): Promise<Caller> {
  const started = startProcess(network.inside(machine, [process.execPath, join(import.meta.dirname, "caller.ts")]), {});
  const waiting = new Map<number, (answer: Answer) => void>();
  const ready = Promise.withResolvers<void>();
  started.onMessage((message) => {
    if (message === "ready") return ready.resolve();
    const { id, answer } = message as { id: number; answer: Answer }; // caller.ts sends nothing else
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  void started.ended.then((code) => ready.reject(new Error(`the caller on ${machine} ended with ${code}: ${started.output()}`)));
  await ready.promise;
  let last = 0;
  return {
    call: (one) =>
      new Promise((resolve) => {
        const id = (last += 1);
        waiting.set(id, resolve);
        started.send({ id, call: { timeoutMs: 10_000, ...one } });
      }),
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}
