import { currentBoot } from "./boot.ts";
import { afterIn } from "./timers.ts";

/**
 * Lets `AbortSignal.timeout` and `AbortSignal.any` be a boot's where a boot's code calls them. Node's own keep every signal that somebody
 * listens to until it is aborted; those of a boot that died never are, and would hold its whole simulation.
 */
export function installAbortSignals(): void {
  const real = { timeout: AbortSignal.timeout.bind(AbortSignal), any: AbortSignal.any.bind(AbortSignal) };
  Object.assign(AbortSignal, {
    timeout(delay: number): AbortSignal {
      const boot = currentBoot();
      if (boot === undefined) return real.timeout(delay);
      const controller = new AbortController();
      afterIn(boot, delay, () => controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError")));
      return controller.signal;
    },
    any: (signals: readonly AbortSignal[]): AbortSignal => (currentBoot() === undefined ? real.any([...signals]) : anyOf(signals)),
  });
}

function anyOf(signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  const abort = ({ reason }: AbortSignal): void => {
    for (const signal of signals) signal.removeEventListener("abort", aborted);
    controller.abort(reason);
  };
  const aborted = ({ target }: Event): void => abort(target as AbortSignal); // it listens to signals only
  for (const signal of signals) signal.addEventListener("abort", aborted);
  const first = signals.find((signal) => signal.aborted);
  if (first !== undefined) abort(first);
  return controller.signal;
}
