import type { Clock, Logger } from "@tasuki/protocol";
import type { Notary } from "@tasuki/evidence";
import type { Claimed, Store } from "@tasuki/store";
import { startTimer } from "../loop/start-timer.ts";

export interface WatchSilenceDeps {
  readonly store: Pick<Store, "append">;
  readonly notary: Pick<Notary, "event">;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface SilenceWatch extends Disposable {
  /** Called on any sign of work. */
  sign(): void;
}

/**
 * Watches an attempt for silence: where it gives no sign of work for `afterMs`, that is told in the feed (`attempt-silent`), and so is the first sign
 * after it (`attempt-active`). Nothing is ended for it: whoever looks at the run can see it, and judge.
 */
export function watchSilence({ store, notary, clock, logger }: WatchSilenceDeps, { row, attempt }: Claimed, afterMs: number): SilenceWatch {
  const { run, stage, epoch } = row.payload;
  const facts = { run, stage, epoch, task: row.id, attempt };
  let last = { at: clock.monotonic(), since: clock.now() };
  let isSilent = false;
  let stop = (): void => undefined;
  const tell = (type: string, more: Readonly<Record<string, number>>): void =>
    void store
      .append(notary.event(type, { ...facts, ...more }))
      .catch((error: unknown) => logger.warn({ ...facts, err: error }, "the silence of an attempt could not be told"));
  const arm = (ms: number): void => void (stop = startTimer(ms, look));
  const look = (): void => {
    const left = last.at + afterMs - clock.monotonic();
    if (left > 0) return arm(left);
    isSilent = true;
    tell("attempt-silent", { since: last.since });
  };
  arm(afterMs);
  return {
    sign() {
      last = { at: clock.monotonic(), since: clock.now() };
      if (!isSilent) return;
      isSilent = false;
      tell("attempt-active", {});
      arm(afterMs);
    },
    [Symbol.dispose]: () => stop(),
  };
}
