import { setTimeout as delay } from "node:timers/promises";
import { hasEnded, RunStatus } from "@tasuki/protocol";

/** Opens one connection to main's view of a run, which calls back until it is ended. */
export type ConnectRun = (on: { status: (status: unknown) => void; connected: () => void; lost: () => void }) => { end: () => void };

export interface WatchRunOptions {
  readonly signal: AbortSignal;
  /** Called when main is lost, and when it is found again. */
  readonly onState?: (state: "connected" | "lost") => void;
}

const retryMs = 300;

/** Follows a run through any number of connections. Each begins with the status now: a slow reader may miss one in between, never the last. */
export async function* watchRun(connect: ConnectRun, { signal, onState }: WatchRunOptions): AsyncGenerator<RunStatus, void, undefined> {
  let state: "connected" | "lost" | undefined;
  const setState = (now: "connected" | "lost"): void => {
    if (state !== now) onState?.(now);
    state = now;
  };
  while (!signal.aborted) {
    const seen: { latest?: unknown; isLost: boolean } = { isLost: false };
    let changed = Promise.withResolvers<void>();
    const wake = (): void => changed.resolve();
    signal.addEventListener("abort", wake, { once: true });
    const connection = connect({
      status(status) {
        seen.latest = status;
        wake();
      },
      connected: () => setState("connected"),
      lost() {
        seen.isLost = true;
        wake();
      },
    });
    try {
      while (!signal.aborted && (!seen.isLost || seen.latest !== undefined)) {
        await changed.promise;
        changed = Promise.withResolvers();
        const status = RunStatus.safeParse(seen.latest);
        delete seen.latest;
        if (!status.success) continue;
        yield status.data;
        if (hasEnded(status.data)) return;
      }
    } finally {
      connection.end();
      signal.removeEventListener("abort", wake);
    }
    if (signal.aborted) return;
    setState("lost");
    await delay(retryMs, undefined, { signal }).catch(() => undefined);
  }
}
