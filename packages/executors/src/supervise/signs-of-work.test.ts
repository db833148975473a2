import { mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { watchListings } from "@tasuki/protocol/testing";
import { expect, test } from "vitest";
import { readFolderChange } from "./signs-of-work.ts";

async function openFolder() {
  const path = await mkdtemp(join(tmpdir(), "tasuki-signs-"));
  const write = (name: string, text = "") => writeFile(join(path, name), text);
  return { path, write, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

test("a folder changes with a file in it, with a new name, and with what is written to a file; else it stays as it was", async () => {
  await using folder = await openFolder();
  const marks = [await readFolderChange(folder.path)];
  await folder.write("one");
  marks.push(await readFolderChange(folder.path));
  await folder.write("one", "more");
  marks.push(await readFolderChange(folder.path));
  expect(new Set(marks).size).toBe(3);
  expect(await readFolderChange(folder.path)).toBe(marks.at(-1));
  expect(await readFolderChange(join(folder.path, "none"))).toBe("");
});

test("a link is a name like others: what is at its other end is not looked at", async () => {
  await using folder = await openFolder();
  await using elsewhere = await openFolder();
  await elsewhere.write("file");
  await symlink(join(elsewhere.path, "file"), join(folder.path, "link"));
  const before = await readFolderChange(folder.path);
  await elsewhere.write("file", "changed");
  expect(await readFolderChange(folder.path)).toBe(before);
});

// guarantees: R5.bounded
test("of a folder of thousands of names a few hundred are read, and a new one is noticed all the same", async () => {
  await using folder = await openFolder();
  for (let at = 0; at < 3_000; at += 1) await folder.write(`f${at}`);
  // Times of files are as coarse as the kernel's tick: the folder is made to look as if it had been left alone for long.
  await utimes(folder.path, 1, 1);
  using listings = watchListings(folder.path);
  const before = await readFolderChange(folder.path);
  expect(listings.names()).toBe(256);
  await folder.write("one-more");
  expect(await readFolderChange(folder.path)).not.toBe(before);
});
