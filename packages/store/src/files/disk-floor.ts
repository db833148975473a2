import { type Clock, type Logger, TasukiError } from "@tasuki/protocol";

/** A floor under the free room of a disk, kept for the work that was accepted already: below it no new work is taken. */
export interface DiskFloor {
  /** Rejects with `disk_full` while the disk of the data folder has less room than the floor. */
  demand(): Promise<void>;
}

export interface DiskFloorDeps {
  /** Resolves with the bytes that this process may still write to the disk of the data folder. */
  readonly freeBytes: () => Promise<number>;
  /** Free bytes below which nothing new is taken. */
  readonly floor: number;
  readonly clock: Pick<Clock, "monotonic">;
  readonly logger: Logger;
}

/** Life of an answer of `freeBytes`, milliseconds: thousands of tasks a second can't use up a floor of any size meanwhile. */
const believedMs = 250;

export function createDiskFloor({ freeBytes, floor, clock, logger }: DiskFloorDeps): DiskFloor {
  let last: { readonly at: number; readonly free: number } | undefined;
  let isBelow = false;
  const look = async (): Promise<number> => {
    const now = clock.monotonic();
    if (last !== undefined && now - last.at < believedMs) return last.free;
    const free = await freeBytes();
    last = { at: now, free };
    if (isBelow !== free < floor) {
      isBelow = free < floor;
      if (isBelow) logger.warn({ free, floor }, "the disk has less room than the floor; nothing new is taken until there is room");
      else logger.info({ free, floor }, "the disk has room again");
    }
    return free;
  };
  return {
    async demand() {
      const free = await look();
      if (free >= floor) return;
      throw new TasukiError(
        "disk_full",
        `The disk of the data folder has ${toMiB(free)} MiB of room, and ${toMiB(floor)} MiB are kept for what is here already: nothing was changed; make room (or lower limits.minFreeBytes) and send it again.`,
      );
    },
  };
}

function toMiB(bytes: number): number {
  return Math.floor(bytes / (1024 * 1024));
}
