import type { Logger } from "@tasuki/contracts";

/** Work that nobody waits for, until the node ends. */
export interface Background extends AsyncDisposable {
  /** Begins work; a failure is logged with `what`. */
  run(what: string, work: () => Promise<unknown>): void;
}

/** Keeps hold of what runs beside the answers (projections, sweeps), so that nothing of it outlives the store. */
export function createBackground(logger: Logger): Background {
  const running = new Set<Promise<void>>();
  let ended = false;
  return {
    run(what, work) {
      if (ended) return;
      const one = work()
        .then(
          () => undefined,
          (error: unknown) => logger.error({ err: error, what }, "work in the background failed"),
        )
        .finally(() => running.delete(one));
      running.add(one);
    },
    async [Symbol.asyncDispose]() {
      ended = true;
      await Promise.all(running);
    },
  };
}
