import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Blobs } from "../port/blobs.ts";
import { bytesOf, handOffOf, id, openFolder, type OpenTestStore, payloadOf, putBlob, receiptOf, requestOf, sha256 } from "./fixtures.ts";

const limit = { maxBytes: 10_000_000 };
const files = async (folder: string): Promise<string[]> =>
  (await readdir(join(folder, "blobs"), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

async function changeOnDisk(folder: string, digest: string): Promise<void> {
  const path = join(folder, "blobs", digest.slice(0, 2), digest);
  await chmod(path, 0o640);
  await writeFile(path, "changed");
}

async function collect(blobs: Blobs, digest: string): Promise<string> {
  let text = "";
  for await (const chunk of blobs.stream(digest)) text += Buffer.from(chunk).toString("latin1");
  return text;
}

export function describeBlobs(open: OpenTestStore): void {
  describe("blobs", () => {
    test("are invisible while they are staged, and read-only under their digest once published", async () => {
      await using opened = await openFolder(open);
      const { blobs } = opened.store;
      const digest = sha256("hello world");
      {
        await using staged = await blobs.stage(bytesOf("hello ", "world"), limit);
        expect([staged.sha256, staged.size, blobs.has(digest)]).toEqual([digest, 11, false]);
        expect((await staged.read()).toString()).toBe("hello world");
        expect(await staged.publish()).toBe(true);
      }
      await using again = await blobs.stage(bytesOf("hello world"), limit);
      expect(await again.publish()).toBe(false);
      expect(blobs.has(digest)).toBe(true);
      expect((await blobs.read(digest)).toString()).toBe("hello world");
      expect((await stat(join(opened.folder, "blobs", digest.slice(0, 2), digest))).mode & 0o777).toBe(0o440);
    });

    test("can be published as soon as what was in the way of their folder is gone", async () => {
      await using opened = await openFolder(open);
      const { blobs } = opened.store;
      const folder = join(opened.folder, "blobs", sha256("hello world").slice(0, 2));
      await using staged = await blobs.stage(bytesOf("hello world"), limit);
      await writeFile(folder, "here is no folder: a disk without room is another reason");
      await expect(staged.publish()).rejects.toThrow("EEXIST");
      await rm(folder);
      expect(await staged.publish()).toBe(true);
    });

    test("that are not published, cut off, or too large leave nothing", async () => {
      await using opened = await openFolder(open);
      const { blobs } = opened.store;
      async function* cut(): AsyncGenerator<Uint8Array, void, undefined> {
        yield Buffer.alloc(2_000_000, "a");
        throw new Error("the sender went away");
      }
      await expect(blobs.stage(cut(), limit)).rejects.toThrow("the sender went away");
      await expect(blobs.stage(bytesOf("four", "five"), { maxBytes: 7 })).rejects.toMatchObject({ code: "too_large" });
      await (await blobs.stage(bytesOf("never mind"), limit))[Symbol.asyncDispose]();
      expect(await files(opened.folder)).toEqual([]);
      // `left` stays behind as if its process had been killed.
      const left = await blobs.stage(bytesOf("half"), limit);
      expect(await files(opened.folder)).toHaveLength(1);
      await opened.reopen();
      expect(await files(opened.folder)).toEqual([]);
      await left[Symbol.asyncDispose]();
    });

    test("hold any bytes: none, and many megabytes", async () => {
      await using opened = await openFolder(open);
      const { blobs } = opened.store;
      const large = Buffer.alloc(5_000_000, "0123456789");
      for (const bytes of [Buffer.alloc(0), large]) {
        await using staged = await blobs.stage(bytesOf(bytes.subarray(0, 1_500_000), bytes.subarray(1_500_000)), limit);
        await staged.publish();
        expect(staged.sha256).toBe(sha256(bytes));
        expect(await collect(blobs, staged.sha256)).toBe(bytes.toString("latin1"));
      }
    });

    // guarantees: R10.changed
    test("whose bytes were changed on the disk are not handed out, whole or in part", async () => {
      await using opened = await openFolder(open);
      const { store, folder } = opened;
      const { sha256: digest } = await putBlob(store, "as it was");
      await changeOnDisk(folder, digest);
      await mkdir(join(folder, "work"));
      const to = join(folder, "work", "copy.md");
      await expect(store.blobs.read(digest)).rejects.toMatchObject({ code: "digest_mismatch" });
      await expect(collect(store.blobs, digest)).rejects.toMatchObject({ code: "digest_mismatch" });
      await expect(store.blobs.copyTo(digest, to)).rejects.toMatchObject({ code: "digest_mismatch" });
      expect(await readdir(join(folder, "work"))).toEqual([]);
      await expect(store.blobs.read(sha256("nowhere"))).rejects.toMatchObject({ code: "not_found" });
    });

    test("whose bytes were changed are moved out of the way, to be brought again", async () => {
      await using opened = await openFolder(open);
      const { store, folder } = opened;
      const { sha256: digest } = await putBlob(store, "as it was");
      await changeOnDisk(folder, digest);
      await store.blobs.moveChanged(digest);
      expect(store.blobs.has(digest)).toBe(false);
      await expect(store.blobs.read(digest)).rejects.toMatchObject({ code: "not_found" });
      expect(await readFile(join(folder, "blobs", "changed", digest), "utf8")).toBe("changed");
      await putBlob(store, "as it was");
      expect((await store.blobs.read(digest)).toString()).toBe("as it was");
    });

    test("are copied, never linked, and never over another file", async () => {
      await using opened = await openFolder(open);
      const { store, folder } = opened;
      const { sha256: digest } = await putBlob(store, "copied");
      const to = join(folder, "copy.md");
      await store.blobs.copyTo(digest, to);
      expect(await readFile(to, "utf8")).toBe("copied");
      expect((await stat(to)).nlink).toBe(1);
      await expect(store.blobs.copyTo(digest, to)).rejects.toThrow("EEXIST");
    });

    test("remember the contracts that they passed, and can't be added without their bytes", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const { sha256: digest } = await putBlob(store, "notes", { contract: "notes@2" });
      await putBlob(store, "notes", { contract: "notes@1" });
      expect(store.blob(digest)).toEqual({ size: 5, contracts: ["notes@1", "notes@2"] });
      expect(store.blob(sha256("nowhere"))).toBeUndefined();
      await expect(store.addBlob({ sha256: sha256("nowhere"), size: 1, contract: "a@1", now: 1 })).rejects.toMatchObject({
        code: "unavailable",
      });
    });

    test("that no task names are swept once they are old; named ones, and a run's manifest, never", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const kept = await putBlob(store, "kept", { now: 10 });
      const carried = await putBlob(store, "carried", { now: 10 });
      const manifest = await putBlob(store, "manifest", { now: 10 });
      const old = await putBlob(store, "old", { now: 10 });
      await putBlob(store, "fresh", { now: 50 });
      await putBlob(store, "touched", { now: 10 });
      await putBlob(store, "touched", { now: 60 });
      await store.accept(requestOf(payloadOf({ id: id(1), attachments: [kept] })), receiptOf("accepted", id(1)));
      const close = payloadOf({ id: id(2), kind: "close", bundle: manifest.sha256 });
      const work = payloadOf({ id: id(3), attachments: [carried] });
      await store.change({
        runs: [],
        supersede: [],
        envelopes: [],
        attachments: [],
        events: [],
        outbox: [handOffOf(id(2), { payload: close }), handOffOf(id(3), { payload: work })],
      });
      expect(await store.sweepBlobs(50)).toBe(1);
      expect([store.blob(old.sha256), store.blobs.has(old.sha256)]).toEqual([undefined, false]);
      expect(await files(opened.folder)).toHaveLength(5);
    });
  });
}
