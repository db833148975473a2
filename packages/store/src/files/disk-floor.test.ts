import { isTasukiError } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { createDiskFloor } from "./disk-floor.ts";

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
  await floor.demand();
  disk.free = 255;
  // The last answer of `freeBytes` is still believed.
  await floor.demand();
  now = 300;
  await expect(floor.demand()).rejects.toSatisfy((error: unknown) => isTasukiError(error) && error.status === 507 && error.retryable);
  await expect(floor.demand()).rejects.toMatchObject({ code: "disk_full" });
  disk.free = 256;
  now = 600;
  await floor.demand();
  expect(disk.asked).toBe(3);
  expect(said).toEqual([expect.stringContaining("less room"), expect.stringContaining("room again")]);
});
