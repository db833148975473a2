import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Blobs, smallBlob, type StagedBlob } from "../port/blobs.ts";
import {
  bytesOf,
  filesIn,
  id,
  largeOf,
  openFolder,
  type OpenTestStore,
  payloadOf,
  putBlob,
  receiptOf,
  requestOf,
  sha256,
} from "./fixtures.ts";

const limit = { maxBytes: 10_000_000 };

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
    test.each([
      ["small", "hello world"],
      ["large", largeOf("hello world")],
    ])("are invisible until they are added: a %s one", async (_, text) => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const { blobs } = store;
      const digest = sha256(text);
      const add = ({ size, bytes }: StagedBlob) => store.addBlob({ sha256: digest, size, ...(bytes && { bytes }), now: 1 });
      {
        await using staged = await blobs.stage(bytesOf(text.slice(0, 6), text.slice(6)), limit);
        expect([staged.sha256, staged.size]).toEqual([digest, text.length]);
        expect((await staged.read()).toString()).toBe(text);
        await expect(blobs.read(digest)).rejects.toMatchObject({ code: "not_found" });
        await staged.publish();
        expect(await store.blobsOf([digest])).toEqual(new Map());
        expect(await add(staged)).toBe(true);
      }
      await using again = await blobs.stage(bytesOf(text), limit);
      await again.publish();
      expect(await add(again)).toBe(false);
      await opened.reopen();
      expect(await opened.store.blobsOf([digest])).toEqual(new Map([[digest, { size: text.length, contracts: [] }]]));
      expect((await opened.store.blobs.read(digest)).toString()).toBe(text);
    });

    test("have a read-only file under their digest: a large one once it is published, a small one once somebody needs it", async () => {
      await using opened = await openFolder(open);
      const { store, folder } = opened;
      for (const text of ["small", largeOf("large")]) {
        const { sha256: digest } = await putBlob(store, text);
        const path = join(folder, "blobs", digest.slice(0, 2), digest);
        expect(await store.blobs.fileOf(digest)).toBe(path);
        expect([await readFile(path, "utf8"), (await stat(path)).mode & 0o777]).toEqual([text, 0o400]);
      }
    });

    test("can be published as soon as what was in the way of their folder is gone", async () => {
      await using opened = await openFolder(open);
      const { blobs } = opened.store;
      const folder = join(opened.folder, "blobs", sha256(largeOf("hello world")).slice(0, 2));
      await using staged = await blobs.stage(bytesOf(largeOf("hello world")), limit);
      await writeFile(folder, "here is no folder: a disk without room is another reason");
      await expect(staged.publish()).rejects.toThrow("EEXIST");
      await rm(folder);
      await staged.publish();
      expect(await filesIn(opened.folder)).toContain(staged.sha256);
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
      await expect(blobs.stage(bytesOf(largeOf("four"), "five"), { maxBytes: smallBlob + 2 })).rejects.toMatchObject({ code: "too_large" });
      await (await blobs.stage(bytesOf(largeOf("never mind")), limit))[Symbol.asyncDispose]();
      expect(await filesIn(opened.folder)).toEqual([]);
      // `left` stays behind as if its process had been killed.
      const left = await blobs.stage(bytesOf(largeOf("half")), limit);
      expect(await filesIn(opened.folder)).toHaveLength(1);
      await opened.reopen();
      expect(await filesIn(opened.folder)).toEqual([]);
      await left[Symbol.asyncDispose]();
    });

    test("hold any bytes: none, and many megabytes", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const sizes = [0, smallBlob, smallBlob + 1, 5_000_000];
      for (const bytes of sizes.map((size) => Buffer.alloc(size, "0123456789"))) {
        await using staged = await store.blobs.stage(bytesOf(bytes.subarray(0, 1_500_000), bytes.subarray(1_500_000)), limit);
        expect([staged.sha256, staged.bytes !== undefined]).toEqual([sha256(bytes), bytes.length <= smallBlob]);
        await staged.publish();
        await store.addBlob({ ...staged, now: 1 });
        expect(await collect(store.blobs, staged.sha256)).toBe(bytes.toString("latin1"));
      }
    });

    // guarantees: R10.changed
    test("whose bytes were changed on the disk are not handed out, whole or in part", async () => {
      await using opened = await openFolder(open);
      const { store, folder } = opened;
      const { sha256: digest } = await putBlob(store, largeOf("as it was"));
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
      const asItWas = largeOf("as it was");
      const file = await putBlob(store, asItWas);
      const { sha256: digest } = file;
      await changeOnDisk(folder, digest);
      await store.blobs.moveChanged(digest);
      await store.loseBlob(digest);
      expect(await store.blobsOf([digest])).toEqual(new Map());
      const accepted = await store.accept(requestOf(payloadOf({ id: id(1), attachments: [file] })), receiptOf("accepted", id(1)));
      expect(accepted).toEqual({ is: "missing", digests: [digest] });
      await expect(store.blobs.read(digest)).rejects.toMatchObject({ code: "not_found" });
      expect(await readFile(join(folder, "blobs", "changed", digest), "utf8")).toBe("changed");
      await putBlob(store, asItWas, { contract: "other@1" });
      expect(await store.blobsOf([digest])).toEqual(new Map([[digest, { size: asItWas.length, contracts: ["other@1"] }]]));
      expect((await store.blobs.read(digest)).toString()).toBe(asItWas);
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
      const { sha256: bare } = await putBlob(store, "manifest", { contract: undefined });
      const nowhere = sha256("nowhere");
      const rows = await store.blobsOf([nowhere, digest, bare]);
      expect(rows.get(digest)).toEqual({ size: 5, contracts: ["notes@1", "notes@2"] });
      expect(rows.get(bare)).toEqual({ size: 8, contracts: [] });
      expect(rows.size).toBe(2);
      for (const contract of ["a@1", undefined])
        await expect(store.addBlob({ sha256: nowhere, size: 1, ...(contract && { contract }), now: 1 })).rejects.toMatchObject({
          code: "unavailable",
        });
      expect(await store.blobsOf([nowhere])).toEqual(new Map());
    });

    test("that passed no contract are no file of a task", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const file = await putBlob(store, "notes", { contract: undefined });
      const request = requestOf(payloadOf({ id: id(1), attachments: [{ ...file, contract: "notes@1" }] }));
      expect(await store.accept(request, receiptOf("accepted", id(1)))).toEqual({ is: "missing", digests: [file.sha256] });
    });

    test("that many add at once, where the bytes come and go, are here with all their contracts or not at all", async () => {
      await using opened = await openFolder(open);
      const { store } = opened;
      const digest = sha256("notes");
      const add = (contract: string) => store.addBlob({ sha256: digest, size: 5, contract, now: 1 });
      const early = Array.from({ length: 5 }, (_, n) => add(`early@${n}`).then(() => `early@${n}`));
      const [settled] = await Promise.all([Promise.allSettled(early), putBlob(store, "notes", { contract: "notes@1" })]);
      const added = settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
      expect((await store.blobsOf([digest])).get(digest)?.contracts).toEqual([...added, "notes@1"]);
    });
  });
}
