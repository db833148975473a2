/** Shared terms among all terms of two sets, 0 to 1. */
export function jaccard(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const shared = sharedCount(one, other);
  const all = one.size + other.size - shared;
  return all === 0 ? 0 : shared / all;
}

/** How much of one set another holds, 0 to 1; nothing holds an empty one. */
export function shareIn(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  return one.size === 0 ? 0 : sharedCount(one, other) / one.size;
}

function sharedCount(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const [small, large] = one.size <= other.size ? [one, other] : [other, one];
  let shared = 0;
  for (const term of small) if (large.has(term)) shared += 1;
  return shared;
}
