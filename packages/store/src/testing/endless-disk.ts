import type { DiskFloor } from "../files/disk-floor.ts";

/** Disk that has room for everything. */
export const endlessDisk: DiskFloor = { reserve: async () => ({ [Symbol.dispose]: () => undefined }) };
