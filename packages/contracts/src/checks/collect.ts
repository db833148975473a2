import type { Unmet } from "../problem.ts";

/** More than an author can mend at once; and it bounds the time that a file with thousands of faults takes. */
const most = 100;

/** What the checks report, in their order, up to a limit. Checks are generators, so that none works on past it. */
export function collect(...checks: readonly Iterable<Unmet>[]): Unmet[] {
  const found: Unmet[] = [];
  for (const check of checks)
    for (const unmet of check) {
      found.push(unmet);
      if (found.length === most) return found;
    }
  return found;
}
