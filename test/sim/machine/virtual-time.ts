/** Time that passes only when nothing is left to do now. */
export interface VirtualTime {
  /** Milliseconds since the simulation began. */
  now(): number;
  /** Calls back after a delay, whole milliseconds; equal times in the order in which they were set. Returns the way to withdraw it. */
  after(delay: number, run: () => void): () => void;
  /** Takes the next callback, moving the time to it; undefined where none is left before `until`. */
  take(until: number): (() => void) | undefined;
  /** Callbacks taken so far. */
  taken(): number;
}

interface Entry {
  readonly at: number;
  readonly order: number;
  run: (() => void) | undefined;
}

export function createVirtualTime(): VirtualTime {
  const heap: Entry[] = [];
  let now = 0;
  let order = 0;
  let taken = 0;

  const isBefore = (one: Entry, other: Entry): boolean => one.at < other.at || (one.at === other.at && one.order < other.order);
  const at = (index: number): Entry => heap[index] as Entry; // called within bounds only
  const swap = (one: number, other: number): void => {
    [heap[one], heap[other]] = [at(other), at(one)];
  };
  const push = (entry: Entry): void => {
    heap.push(entry);
    for (let child = heap.length - 1; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!isBefore(at(child), at(parent))) return;
      swap(child, parent);
      child = parent;
    }
  };
  const pop = (): void => {
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let parent = 0; ;) {
      const left = parent * 2 + 1;
      if (left >= heap.length) return;
      const child = left + 1 < heap.length && isBefore(at(left + 1), at(left)) ? left + 1 : left;
      if (!isBefore(at(child), at(parent))) return;
      swap(child, parent);
      parent = child;
    }
  };

  return {
    now: () => now,
    after(delay, run) {
      const entry: Entry = { at: now + Math.max(0, Math.trunc(delay)), order: (order += 1), run };
      push(entry);
      return () => (entry.run = undefined);
    },
    take(until) {
      for (let next = heap[0]; next !== undefined && next.at <= until; next = heap[0]) {
        pop();
        const { run } = next;
        if (run === undefined) continue;
        now = next.at;
        taken += 1;
        next.run = undefined;
        return run;
      }
      now = Math.max(now, until);
      return undefined;
    },
    taken: () => taken,
  };
}
