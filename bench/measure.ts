/** Spread of the samples of one measurement. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly p99: number;
  readonly max: number;
  readonly samples: number;
}

/** Summarises samples. Percentiles are of the sorted samples, by nearest rank. */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { min: at(0.000_001), median: at(0.5), p99: at(0.99), max: at(1), samples: sorted.length };
}

/** Rejects after `ms` with what was waited for, unless `work` has ended by then: a measurement that stands still says so. */
export async function within<Result>(ms: number, what: string, work: Promise<Result>): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what} is not over after ${ms / 1000} s`)), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Measures the time of some work, milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/**
 * Keeps `inFlight` pieces of work going until `count` are done, or until `forMs` are over, whichever comes first. Resolves with the spread of
 * their milliseconds, and the rate of all together.
 */
export async function drive(
  { count = Number.POSITIVE_INFINITY, forMs = Number.POSITIVE_INFINITY, inFlight }: { count?: number; forMs?: number; inFlight: number },
  work: (nth: number) => Promise<unknown>,
): Promise<{ readonly ms: Spread; readonly perSecond: number }> {
  const samples: number[] = [];
  let next = 0;
  const started = performance.now();
  const lane = async (): Promise<void> => {
    while (next < count && performance.now() - started < forMs) {
      const nth = next;
      next += 1;
      samples.push(await timed(() => work(nth)));
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, count) }, lane));
  return { ms: spreadOf(samples), perSecond: (samples.length / (performance.now() - started)) * 1000 };
}
