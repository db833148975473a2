import type { Clock, Logger } from "@tasuki/protocol";
import type { Store } from "@tasuki/store";

interface LapsedLeasesDeps {
  readonly store: Pick<Store, "expireLeases">;
  readonly clock: Pick<Clock, "monotonic">;
  readonly logger: Logger;
  readonly limits: { readonly leaseMs: number };
}

/**
 * End of leases that lapsed though their process lives: an attempt that can't renew its lease would hold its task for ever. A lapsed lease has the
 * length of one lease as grace, by the monotonic clock, for the wall clock may have jumped. `lapse` is the earliest end of a lease, `now` the wall
 * clock. Resolves with the milliseconds left of the grace; undefined where none runs.
 */
export function createLapsedLeases({ store, clock, logger, limits }: LapsedLeasesDeps) {
  let lapsedSince: number | undefined;
  return async (lapse: number | undefined, now: number): Promise<number | undefined> => {
    if (lapse === undefined || lapse >= now) {
      lapsedSince = undefined;
      return undefined;
    }
    lapsedSince ??= clock.monotonic();
    const left = lapsedSince + limits.leaseMs - clock.monotonic();
    if (left > 0) return left;
    lapsedSince = undefined;
    const tasks = await store.expireLeases(now);
    if (tasks.length > 0) logger.warn({ tasks }, "leases lapsed while the node ran; their tasks are queued again");
    return undefined;
  };
}
