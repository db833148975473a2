import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256Of } from "@tasuki/protocol";
import { openToOthers } from "@tasuki/protocol/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { smallBlob } from "../port/blobs.ts";
import { openFileBlobs } from "./file-blobs.ts";

let root: string;
let folder: string;
let elsewhere: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tasuki-file-blobs-"));
  folder = join(root, "data");
  elsewhere = join(root, "elsewhere");
  for (const path of [folder, elsewhere]) await mkdir(path, { mode: 0o700 });
});
afterEach(() => rm(root, { recursive: true }));

// A large one: small ones have no file of their own.
const text = "# S\n".padEnd(smallBlob + 1);
const limit = { maxBytes: 2 * smallBlob };
const open = () => openFileBlobs({ folder, newId: randomUUID, bytesOf: async () => undefined, broken: () => undefined });
async function* bytes(): AsyncGenerator<Uint8Array, void, undefined> {
  yield Buffer.from(text);
}
async function publishOne(): Promise<void> {
  const blobs = await open();
  await using staged = await blobs.stage(bytes(), limit);
  await staged.publish();
}

// guarantees: R8.no-links
test.each([
  { link: ["blobs"], what: "all blobs" },
  { link: ["blobs", sha256Of(text).slice(0, 2)], what: "some of them" },
])("a link in place of the folder of $what is not followed", async ({ link }) => {
  await mkdir(join(folder, ...link.slice(0, -1)), { recursive: true });
  await symlink(elsewhere, join(folder, ...link));
  await expect(publishOne()).rejects.toMatchObject({ code: "invalid_state", message: expect.stringContaining(join(...link)) });
  expect(await readdir(elsewhere)).toEqual([]);
});

// guarantees: R8.own-files
test("blobs, and copies of them, are for their owner alone", async () => {
  await publishOne();
  const blobs = await open();
  await blobs.copyTo(sha256Of(text), join(folder, "copy"));
  expect(await openToOthers(folder)).toEqual([]);
});

test("a file that is under way when the store ends is written first, and none is begun after", async () => {
  const blobs = await open();
  const begun = Promise.withResolvers<void>();
  const rest = Promise.withResolvers<void>();
  async function* slow(): AsyncGenerator<Uint8Array, void, undefined> {
    begun.resolve();
    await rest.promise;
    yield* bytes();
  }
  const staging = blobs.stage(slow(), limit);
  await begun.promise;
  let hasEnded = false;
  const ending = blobs.end().then(() => (hasEnded = true));
  await expect(blobs.stage(bytes(), limit)).rejects.toMatchObject({ code: "unavailable" });
  expect(hasEnded).toBe(false);
  rest.resolve();
  await using staged = await staging;
  await ending;
  await expect(staged.publish()).rejects.toMatchObject({ code: "unavailable" });
  expect(await blobs.list()).toEqual([]);
});
