/** Lock with keys: work of the same key is done one after another, first asked, first served. Work that names several keys waits for all of them. */
export type KeyedLock = <Result>(keys: readonly string[], work: () => Promise<Result>) => Promise<Result>;

export function createKeyedLock(): KeyedLock {
  const tails = new Map<string, Promise<void>>();
  return (keys, work) => {
    // Places behind the tails of all keys are taken in one turn, so that two callers can't each wait for the other.
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
