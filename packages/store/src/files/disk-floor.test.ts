import { isTasukiError } from "@tasuki/protocol";
import { array, assert, asyncProperty, boolean, integer, record, scheduler } from "fast-check";
import { expect, test } from "vitest";
import { createDiskFloor } from "./disk-floor.ts";

const MiB = 1024 * 1024;
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

test("below the floor nothing is taken, above it everything, and each turn is logged once", async () => {
  const said: string[] = [];
  const say = (_fields: object, message: string): void => void said.push(message);
  const disk = { free: 300, asked: 0 };
  let now = 0;
  const floor = createDiskFloor({
    freeBytes: async () => {
      disk.asked += 1;
      return disk.free;
    },
    floor: 256,
    clock: { monotonic: () => now },
    logger: { debug: say, info: say, warn: say, error: say },
  });
  await floor.reserve(0);
  disk.free = 255;
  // The last answer of `freeBytes` is still believed.
  await floor.reserve(0);
  now = 300;
  await expect(floor.reserve(0)).rejects.toSatisfy((error: unknown) => isTasukiError(error) && error.status === 507 && error.retryable);
  await expect(floor.reserve(0)).rejects.toMatchObject({ code: "disk_full" });
  disk.free = 256;
  now = 600;
  await floor.reserve(0);
  expect(disk.asked).toBe(3);
  expect(said).toEqual([expect.stringContaining("less room"), expect.stringContaining("room again")]);
});

// guarantees: R1.disk-full
test("what is reserved counts until it is written or given up, and is said to whoever finds no room", async () => {
  let now = 0;
  const disk = { free: 100 * MiB };
  const clock = { monotonic: () => (now += 300) };
  const floor = createDiskFloor({ freeBytes: async () => disk.free, floor: 40 * MiB, clock, logger: quiet });
  const [first, second] = [await floor.reserve(30 * MiB), await floor.reserve(30 * MiB)];
  await expect(floor.reserve(MiB)).rejects.toThrow("40 MiB of room that nothing under way takes; this takes 1, and 40 MiB are kept");
  disk.free -= 30 * MiB;
  first[Symbol.dispose]();
  await expect(floor.reserve(MiB)).rejects.toMatchObject({ code: "disk_full" });
  second[Symbol.dispose]();
  second[Symbol.dispose]();
  using _ = await floor.reserve(30 * MiB);
  await expect(floor.reserve(1)).rejects.toMatchObject({ code: "disk_full" });
});

// guarantees: R1.disk-full
test("whatever is written at one time, and however late the disk is asked, all of it together stays above the floor", async () => {
  const writer = record({ bytes: integer({ min: 1, max: 120 }), parts: integer({ min: 1, max: 4 }), isKept: boolean() });
  let taken = 0;
  const write = asyncProperty(
    scheduler(),
    array(writer, { maxLength: 40 }),
    integer({ min: 1, max: 120 }),
    async (scheduler, writers, stepMs) => {
      const [floorBytes, disk] = [256, { free: 500 }];
      let now = 0;
      const turn = async <Value>(value: Value): Promise<Value> => {
        const given = await scheduler.schedule(Promise.resolve(value));
        now += stepMs;
        return given;
      };
      // The answer is that of the moment of the question, and comes later.
      const freeBytes = (): Promise<number> => turn(disk.free);
      const floor = createDiskFloor({ freeBytes, floor: floorBytes, clock: { monotonic: () => now }, logger: quiet });
      const lowest = await scheduler.waitFor(
        Promise.all(
          writers.map(async ({ bytes, parts, isKept }) => {
            let least = Infinity;
            await turn(undefined);
            try {
              using _ = await floor.reserve(bytes);
              for (let part = 0; part < parts; part += 1) {
                await turn(undefined);
                disk.free -= bytes / parts;
                least = Math.min(least, disk.free);
              }
              taken += 1;
              if (!isKept) disk.free += bytes;
            } catch (error) {
              if (!isTasukiError(error) || error.code !== "disk_full") throw error;
            }
            return least;
          }),
        ),
      );
      expect(Math.min(...lowest, Infinity)).toBeGreaterThanOrEqual(floorBytes - 1e-6);
    },
  );
  await assert(write, { numRuns: 200 });
  expect(taken).toBeGreaterThan(200);
});
