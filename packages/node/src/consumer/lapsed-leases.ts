import type { Clock, Logger } from "@tasuki/protocol";
import type { Claimed, Store } from "@tasuki/store";

interface LapsedLeasesDeps {
  readonly store: Pick<Store, "expireLeases" | "renew">;
  readonly clock: Pick<Clock, "now">;
  readonly logger: Logger;
  readonly limits: { readonly leaseMs: number };
}

/**
 * End of leases that lapsed though their process lives: a task whose attempt ended without a word would be held for ever. `held` are the leases of
 * the attempts that are under way here: whatever kept them from renewing (a full disk, a clock that was set, a process that was stopped), they are
 * renewed before anything is ended. `lapse` is the earliest end of a lease, `now` the wall clock.
 */
export async function endLapsedLeases(
  { store, clock, logger, limits }: LapsedLeasesDeps,
  { lapse, now, held }: { readonly lapse: number | undefined; readonly now: number; readonly held: readonly Claimed[] },
): Promise<void> {
  if (lapse === undefined || lapse >= now) return;
  await Promise.all(held.map((lease) => store.renew(lease, clock.now() + limits.leaseMs)));
  const tasks = await store.expireLeases(now);
  if (tasks.length > 0) logger.warn({ tasks }, "leases lapsed while the node ran; their tasks are queued again");
}
