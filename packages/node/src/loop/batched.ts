/**
 * Batches of a sequence: each one holds every item that has come since the last, until their sizes come to `max` (by default, so many items). Items of
 * one turn of the event loop are in one batch. Reading goes on while a batch is worked on, up to `max` ahead.
 */
export async function* batched<Item>(
  items: AsyncIterable<Item>,
  max: number,
  sizeOf: (item: Item) => number = () => 1,
): AsyncGenerator<readonly Item[], void, undefined> {
  let waiting: Item[] = [];
  let size = 0;
  const source: { ended: boolean; failure?: { readonly error: unknown } } = { ended: false };
  let wake = Promise.withResolvers<void>();
  let room = Promise.withResolvers<void>();
  const signal = (): void => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  const iterator = items[Symbol.asyncIterator]();
  const pump = async (): Promise<void> => {
    try {
      for (let next = await iterator.next(); next.done !== true && !source.ended; next = await iterator.next()) {
        waiting.push(next.value);
        size += sizeOf(next.value);
        signal();
        if (size >= max) await room.promise;
      }
    } catch (error) {
      source.failure = { error };
    } finally {
      source.ended = true;
      signal();
    }
  };
  const pumping = pump();
  try {
    for (;;) {
      const woken = wake.promise;
      if (waiting.length > 0) {
        if (size < max) await new Promise((resolve) => setImmediate(resolve));
        const batch = waiting;
        waiting = [];
        size = 0;
        room.resolve();
        room = Promise.withResolvers();
        yield batch;
      } else if (source.failure !== undefined) throw source.failure.error;
      else if (source.ended) return;
      else await woken;
    }
  } finally {
    source.ended = true;
    room.resolve();
    await iterator.return?.();
    await pumping;
  }
}
