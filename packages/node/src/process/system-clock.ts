import type { Clock } from "@tasuki/protocol";

/** Clock of the machine, for composition roots. */
export const systemClock: Clock = {
  // oxlint-disable-next-line no-restricted-properties -- the one place where wall time is read
  now: () => Date.now(),
  monotonic: () => performance.now(),
};
