import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isOwnFolder, makeOwnFolder } from "./own-folder.ts";

let folder: string;
let root: string;
let elsewhere: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tasuki-own-"));
  root = join(folder, "data");
  elsewhere = join(folder, "elsewhere");
  await mkdir(root);
  await mkdir(elsewhere);
});
afterEach(() => rm(folder, { recursive: true }));

test("each level is made, for its owner and group, also by several at once", async () => {
  const path = join(root, "inbox", "run", "stage.1");
  expect(await isOwnFolder(root, path)).toBe(false);
  await Promise.all([makeOwnFolder(root, path), makeOwnFolder(root, path), makeOwnFolder(root, path)]);
  await makeOwnFolder(root, path);
  expect(await isOwnFolder(root, path)).toBe(true);
  expect((await stat(join(root, "inbox"))).mode & 0o007).toBe(0);
});

test.each([["inbox"], ["inbox", "run"], ["inbox", "run", "stage.1"]])("a link at %s/%s/%s is not followed", async (...names) => {
  await makeOwnFolder(root, join(root, ...names.slice(0, -1)));
  await symlink(elsewhere, join(root, ...names));
  const path = join(root, "inbox", "run", "stage.1");
  await expect(makeOwnFolder(root, path)).rejects.toMatchObject({
    code: "invalid_state",
    message: expect.stringContaining(join(...names)),
  });
  expect(await isOwnFolder(root, path)).toBe(false);
  expect(await readdir(elsewhere)).toEqual([]);
});

test("a file where a folder should be is said to be one", async () => {
  await writeFile(join(root, "inbox"), "");
  await expect(makeOwnFolder(root, join(root, "inbox", "run"))).rejects.toMatchObject({ code: "invalid_state" });
});
