/** Milliseconds before the n-th repetition of something that failed, from 1. */
export type Backoff = (repetition: number) => number;

/**
 * Exponential backoff: at most `firstMs` before the first repetition, doubled with each one, and never more than `lastMs`. Jitter keeps many
 * callers that failed together from coming back together (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015): `full`
 * leaves all of the time to chance, `half` the second half of it.
 */
export function createBackoff({
  firstMs,
  lastMs,
  jitter,
  random,
}: {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly jitter: "full" | "half";
  /** A number in [0, 1). */
  readonly random: () => number;
}): Backoff {
  return (repetition) => {
    const most = Math.min(lastMs, firstMs * 2 ** (repetition - 1));
    return jitter === "full" ? most * random() : most / 2 + (most / 2) * random();
  };
}
