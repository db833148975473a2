import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TasukiError } from "@tasuki/protocol";
import { openStore } from "@tasuki/store";
import { endlessDisk, openFolder, putBlob } from "@tasuki/store/testing";
import { expect, test } from "vitest";
import { placeBlob } from "./place.ts";

/** A folder of another file system than that of temporary files, where no link reaches. */
const elsewhere = "/dev/shm";
const deviceOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ dev }) => dev,
    () => undefined,
  );
const isApart = ![undefined, await deviceOf(tmpdir())].includes(await deviceOf(elsewhere));
if (!isApart) console.log(`${elsewhere} is no file system of its own here, so no file is copied to it`);

// guarantees: R1.disk-full
test.skipIf(!isApart)("where a link can't reach, a file is copied, as long as the disk has room", async () => {
  await using node = await openFolder((folder, options) => openStore({ folder, ...options }));
  const { folder, store } = node;
  const to = await mkdtemp(join(elsewhere, "tasuki-place-"));
  try {
    const { sha256 } = await putBlob(store, "a file");
    const full = { reserve: () => Promise.reject(new TasukiError("disk_full", "there is no room")) };
    const placed = placeBlob({ folder, blobs: store.blobs, diskFloor: full }, sha256, join(to, "one.md"));
    await expect(placed).rejects.toMatchObject({ code: "disk_full" });
    expect(await readdir(to)).toEqual([]);
    expect(await placeBlob({ folder, blobs: store.blobs, diskFloor: endlessDisk }, sha256, join(to, "one.md"))).toBe("copied");
    expect(await readFile(join(to, "one.md"), "utf8")).toBe("a file");
  } finally {
    await rm(to, { recursive: true });
  }
});
