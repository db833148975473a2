import { type Clock, createBackoff, limitLogger, type Logger } from "@tasuki/protocol";
import { createLoop } from "./create-loop.ts";

/** Work that nobody waits for. Disposing begins nothing more, and waits for what has begun, so that nothing of it outlives the store. */
export interface Background extends AsyncDisposable {
  /** Begins work, which is done again after a failure, later each time, until it succeeds. A failure is logged with `what` and the ids. */
  begin(what: string, work: () => Promise<unknown>, ids?: object): void;
  /** Puts off work that has failed already: it is done as `begin` does it after a failure. */
  putOff(what: string, work: () => Promise<unknown>, ids?: object): void;
  /** Begins work after `firstMs`, then every `everyMs`, milliseconds; not while it is under way. */
  repeat(what: string, work: () => Promise<unknown>, times: { readonly firstMs: number; readonly everyMs: number }): void;
}

interface BackgroundDeps {
  readonly logger: Logger;
  readonly clock: Pick<Clock, "monotonic">;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
}

/** Bounds of the wait before work is done again: what it lacks (room on the disk, files that may be open) is often there soon, or not for days. */
const again = { firstMs: 1_000, lastMs: 300_000, jitter: "half" } as const;

interface PutOff {
  readonly what: string;
  readonly work: () => Promise<unknown>;
  readonly ids: object;
  repetition: number;
  until: number;
}

export function createBackground({ logger, clock, random }: BackgroundDeps): Background {
  const underWay = new Set<Promise<void>>();
  const timers: NodeJS.Timeout[] = [];
  const putOff = new Set<PutOff>();
  const backoff = createBackoff({ ...again, random });
  // A disk below its floor fails the work of every run that ends meanwhile.
  const limited = limitLogger(logger, clock);
  let isEnded = false;

  /** Does work that was put off and is due, one piece after the other, and returns the time until the next is. */
  const pass = async (signal: AbortSignal): Promise<number> => {
    for (const one of putOff) {
      if (signal.aborted) break;
      if (one.until > clock.monotonic()) continue;
      try {
        await one.work();
        putOff.delete(one);
        limited.info({ ...one.ids, what: one.what }, "work in the background that had failed is done");
      } catch (error) {
        one.repetition += 1;
        one.until = clock.monotonic() + backoff(one.repetition);
        logger.debug({ ...one.ids, err: error, what: one.what, repetition: one.repetition }, "work in the background failed again");
      }
    }
    return Math.min(...[...putOff].map(({ until }) => until - clock.monotonic()));
  };
  const loop = createLoop({ pass, backoff, logger, failure: "work in the background could not be done again; it is tried later" });
  loop.start();

  const wait: Background["putOff"] = (what, work, ids = {}) => {
    putOff.add({ what, work, ids, repetition: 1, until: clock.monotonic() + backoff(1) });
    loop.wake();
  };
  const once = (work: () => Promise<unknown>, onFailed: (error: unknown) => void): void => {
    if (isEnded) return;
    const one = work()
      .then(() => undefined, onFailed)
      .finally(() => underWay.delete(one));
    underWay.add(one);
  };
  return {
    begin: (what, work, ids = {}) =>
      once(work, (error) => {
        limited.error({ ...ids, err: error, what }, "work in the background failed; it is tried again");
        wait(what, work, ids);
      }),
    putOff: wait,
    repeat(what, work, { firstMs, everyMs }) {
      let isUnderWay = false;
      const repeated = (): void => {
        if (isUnderWay) return;
        isUnderWay = true;
        once(
          () => work().finally(() => (isUnderWay = false)),
          (error) => logger.error({ err: error, what }, "work in the background failed; it comes again by itself"),
        );
      };
      timers.push(setTimeout(repeated, firstMs).unref(), setInterval(repeated, everyMs).unref());
    },
    async [Symbol.asyncDispose]() {
      isEnded = true;
      timers.forEach(clearTimeout);
      await Promise.all(underWay);
      await loop[Symbol.asyncDispose]();
    },
  };
}
