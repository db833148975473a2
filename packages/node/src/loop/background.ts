import type { Logger } from "@tasuki/protocol";

/** Work that nobody waits for. Disposing begins nothing more, and waits for what has begun, so that nothing of it outlives the store. */
export interface Background extends AsyncDisposable {
  /** Begins work. A failure is logged with `what` and the ids. */
  begin(what: string, work: () => Promise<unknown>, ids?: object): void;
  /** Begins work after `firstMs`, then every `everyMs`, milliseconds; not while it is under way. */
  repeat(what: string, work: () => Promise<unknown>, times: { readonly firstMs: number; readonly everyMs: number }): void;
}

export function createBackground(logger: Logger): Background {
  const underWay = new Set<Promise<void>>();
  const timers: NodeJS.Timeout[] = [];
  let isEnded = false;
  const begin: Background["begin"] = (what, work, ids = {}) => {
    if (isEnded) return;
    const one = work()
      .then(
        () => undefined,
        (error: unknown) => logger.error({ ...ids, err: error, what }, "work in the background failed"),
      )
      .finally(() => underWay.delete(one));
    underWay.add(one);
  };
  return {
    begin,
    repeat(what, work, { firstMs, everyMs }) {
      let isUnderWay = false;
      const again = (): void => {
        if (isUnderWay) return;
        isUnderWay = true;
        begin(what, () => work().finally(() => (isUnderWay = false)));
      };
      timers.push(setTimeout(again, firstMs).unref(), setInterval(again, everyMs).unref());
    },
    async [Symbol.asyncDispose]() {
      isEnded = true;
      timers.forEach(clearTimeout);
      await Promise.all(underWay);
    },
  };
}
