import { type Clock, type Logger, TasukiError } from "@tasuki/protocol";

/** A floor under the free room of a disk, kept for the work that was accepted already: no new work is taken that would go below it. */
export interface DiskFloor {
  /**
   * Reserves room for so many bytes that are to be written to the disk of the data folder, until what it resolves with is disposed: when they are
   * written, or given up. All that is under way at one time stays above the floor together. Rejects with `disk_full` where there is no such room.
   */
  reserve(bytes: number): Promise<Disposable>;
}

export interface DiskFloorDeps {
  /** Resolves with the bytes that this process may still write to the disk of the data folder. */
  readonly freeBytes: () => Promise<number>;
  /** Free bytes that are kept. */
  readonly floor: number;
  readonly clock: Pick<Clock, "monotonic">;
  readonly logger: Logger;
}

/** Life of an answer of `freeBytes`, milliseconds. */
const believedMs = 250;

/** An answer of `freeBytes`. */
interface Look {
  readonly at: number;
  readonly free: number;
  /** Bytes whose reservations ended after the question: they may have been written after it. */
  written: number;
}

export function createDiskFloor({ freeBytes, floor, clock, logger }: DiskFloorDeps): DiskFloor {
  /** Bytes that are reserved. How much of them is written already is not known, so that all of it is counted. */
  let reserved = 0;
  let last: Look | undefined;
  let looking: { readonly since: { ended: number }; readonly done: Promise<Look> } | undefined;
  let isBelow = false;
  const ask = (): Promise<Look> => {
    const at = clock.monotonic();
    const since = { ended: 0 };
    const done = freeBytes()
      .then((free) => (last = { at, free, written: since.ended }))
      .finally(() => (looking = undefined));
    looking = { since, done };
    return done;
  };
  const release = (bytes: number): void => {
    reserved -= bytes;
    if (last !== undefined) last.written += bytes;
    if (looking !== undefined) looking.since.ended += bytes;
  };
  const say = (isNow: boolean, free: number): void => {
    if (isBelow === isNow) return;
    isBelow = isNow;
    if (isBelow) logger.warn({ free, floor }, "the disk has less room than the floor; nothing new is taken until there is room");
    else logger.info({ free, floor }, "the disk has room again");
  };
  return {
    async reserve(bytes) {
      const isOld = last === undefined || clock.monotonic() - last.at >= believedMs;
      const look = last === undefined || isOld ? await (looking?.done ?? ask()) : last;
      const left = look.free - look.written - reserved;
      say(look.free < floor, look.free);
      if (left - bytes < floor)
        throw new TasukiError(
          "disk_full",
          `The disk of the data folder has ${toMiB(left)} MiB of room that nothing under way takes; this takes ${toMiB(bytes)}, and ${toMiB(floor)} MiB are kept for what is here already: nothing was changed; make room (or lower limits.minFreeBytes) and send it again.`,
        );
      reserved += bytes;
      let isHeld = true;
      return {
        [Symbol.dispose]() {
          if (isHeld) release(bytes);
          isHeld = false;
        },
      };
    },
  };
}

function toMiB(bytes: number): number {
  return Math.floor(bytes / (1024 * 1024));
}
