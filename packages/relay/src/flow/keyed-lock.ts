/** Runs work one after another per key; work that names several keys waits for all of them. Fair: first asked, first served. */
export type KeyedLock = <Result>(keys: readonly string[], work: () => Promise<Result>) => Promise<Result>;

export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<void>>();
  return (keys, work) => {
    // Taking a place behind every key's tail happens in one turn, so that two takers can't each wait for the other.
    const before = Promise.all(keys.map((key) => tails.get(key) ?? Promise.resolve()));
    const done = before.then(work);
    const leave = (): void => {
      for (const key of keys) if (tails.get(key) === tail) tails.delete(key);
    };
    const tail: Promise<void> = done.then(leave, leave);
    for (const key of keys) tails.set(key, tail);
    return done;
  };
}
