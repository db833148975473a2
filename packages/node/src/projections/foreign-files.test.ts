import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "@tasuki/protocol";
import { watchListings } from "@tasuki/protocol/testing";
import { openStore } from "@tasuki/store";
import { openFolder } from "@tasuki/store/testing";
import { expect, test } from "vitest";
import { createForeignFiles } from "./foreign-files.ts";

const quiet: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A node with a file put in by hand for each of some runs, the newest last, and a look that goes through four files. */
async function openHistory(runs: number) {
  const opened = await openFolder((folder, options) => openStore({ folder, ...options }));
  for (let at = 0; at < runs; at += 1) {
    const folder = join(opened.folder, "inbox", `run-${at}`, "nano.1");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "mine.md"), "mine");
  }
  const look = createForeignFiles({ folder: opened.folder, store: opened.store, logger: quiet, most: 4 });
  return { look, folder: opened.folder, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

test("a look at the whole node goes through so many files of the newest runs, and reads no further", async () => {
  await using node = await openHistory(9);
  using listings = watchListings(join(node.folder, "inbox"));
  const found = await node.look();
  expect(found.map(({ path }) => path.split("/")[1])).toEqual(["run-8", "run-7", "run-6", "run-5"]);
  // The names of the nine runs, and a folder and a file for each of the four.
  expect(listings.names()).toBe(9 + 4 * 2);
});

test("a run is looked at whatever its age", async () => {
  await using node = await openHistory(9);
  expect(await node.look("run-0")).toMatchObject([{ path: join("inbox", "run-0", "nano.1", "mine.md") }]);
});

test("looks at the whole node that come together are one", async () => {
  await using node = await openHistory(2);
  using listings = watchListings(join(node.folder, "inbox"));
  const looks = await Promise.all(Array.from({ length: 50 }, () => node.look()));
  expect(new Set(looks).size).toBe(1);
  expect(listings.names()).toBe(2 + 2 * 2);
});
