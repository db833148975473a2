import type { Clock } from "@tasuki/protocol";

/** Allowance that fills up again with time. What is spent beyond it is a debt, which says how long its spender has to wait. */
export interface Allowance {
  /** Spends an amount, and returns the milliseconds until it is made up for: 0 where there was as much. */
  spend(amount: number): number;
}

/** Creates an allowance of `atOnce`, which fills up by `perSecond`. */
export function createAllowance(
  { atOnce, perSecond }: { readonly atOnce: number; readonly perSecond: number },
  clock: Pick<Clock, "monotonic">,
): Allowance {
  let left = atOnce;
  let at = clock.monotonic();
  return {
    spend(amount) {
      const now = clock.monotonic();
      left = Math.min(atOnce, left + ((now - at) / 1_000) * perSecond) - amount;
      at = now;
      return Math.max(0, (-left / perSecond) * 1_000);
    },
  };
}
