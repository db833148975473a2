import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../open-store.ts";
import { filesIn, openFolder, sha256 } from "../testing/fixtures.ts";
import { publish } from "./publish.ts";

const openStoreIn = () => openFolder((folder, options) => openStore({ folder, ...options }));

test("bytes, or those of a file, are here once they are published, with a contract or without", async () => {
  await using opened = await openStoreIn();
  const { store, folder } = opened;
  const path = join(folder, "notes.md");
  await writeFile(path, "notes");
  expect(await publish(store, { path }, { contract: "notes@1", now: 1 })).toEqual({ sha256: sha256("notes"), size: 5 });
  const bare = await publish(store, Buffer.from("manifest"), { sha256: sha256("manifest"), now: 1 });
  expect(await store.blobsOf([sha256("notes"), bare.sha256])).toEqual(
    new Map([
      [sha256("notes"), { size: 5, contracts: ["notes@1"] }],
      [bare.sha256, { size: 8, contracts: [] }],
    ]),
  );
});

test("bytes of another digest than the expected one, or too many, are not kept", async () => {
  await using opened = await openStoreIn();
  const { store, folder } = opened;
  const expected = { sha256: sha256("other"), now: 1 };
  await expect(publish(store, Buffer.from("notes"), expected)).rejects.toMatchObject({ code: "digest_mismatch" });
  await expect(publish(store, Buffer.from("notes"), { now: 1, maxBytes: 4 })).rejects.toMatchObject({ code: "too_large" });
  expect([await filesIn(folder), await store.blobsOf([sha256("notes"), sha256("other")])]).toEqual([[], new Map()]);
});
