import { execFile } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { watchListings } from "@tasuki/protocol/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { removeFolder } from "./remove-folder.ts";

const run = promisify(execFile);
// "nobody" and its group, on every Linux.
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tasuki-remove-"));
  folder = join(root, "work");
  await mkdir(folder);
});
afterEach(() => rm(root, { recursive: true, force: true }));

test("a folder goes with all that is in it; one that is not there is gone already", async () => {
  await mkdir(join(folder, "a", "b", "c"), { recursive: true });
  for (const path of ["one", "a/two", "a/b/three", "a/b/c/four"]) await writeFile(join(folder, path), path);
  await removeFolder(folder);
  await removeFolder(folder);
  expect(await readdir(root)).toEqual([]);
});

test("links are removed and not followed, also in place of the folder itself", async () => {
  const elsewhere = join(root, "elsewhere");
  await mkdir(join(elsewhere, "sub"), { recursive: true });
  await writeFile(join(elsewhere, "private.txt"), "not the relay's");
  await chmod(elsewhere, 0o750);
  for (const [at, to] of ["", "sub", "private.txt", "gone"].entries()) await symlink(join(elsewhere, to), join(folder, `link-${at}`));
  await removeFolder(folder);
  await symlink(elsewhere, folder);
  await removeFolder(folder);
  expect(await readdir(root)).toEqual(["elsewhere"]);
  expect((await readdir(elsewhere)).sort()).toEqual(["private.txt", "sub"]);
});

test("a path deeper than any path may be is no obstacle", async () => {
  const script = `for (let i = 0; i < 60; i += 1) { fs.mkdirSync("d".repeat(200)); process.chdir("d".repeat(200)); fs.writeFileSync("f", ""); }`;
  await run(process.execPath, ["-e", script], { cwd: folder });
  await removeFolder(folder);
  expect(await readdir(root)).toEqual([]);
});

test("folders that their owner closed to itself are opened first (as an ordinary user)", async () => {
  if (isRoot) for (const path of [root, folder]) await chown(path, nobody, nobody);
  const script = `
    const { mkdirSync, writeFileSync, chmodSync } = await import("node:fs");
    const { removeFolder } = await import(${JSON.stringify(join(import.meta.dirname, "remove-folder.ts"))});
    mkdirSync("x/y/z", { recursive: true });
    for (const path of ["x/f", "x/y/f", "x/y/z/f"]) writeFileSync(path, "", { mode: 0 });
    for (const path of ["x/y/z", "x/y", "x", "."]) chmodSync(path, 0);
    await removeFolder(${JSON.stringify(folder)});`;
  await run(process.execPath, ["--input-type=module", "-e", script], { cwd: folder, ...(isRoot && { uid: nobody, gid: nobody }) });
  expect(await readdir(root)).toEqual([]);
});

// guarantees: R5.bounded
test("however many files there are, few of their names come at once", async () => {
  for (let at = 0; at < 3_000; at += 1) await writeFile(join(folder, `f${at}`), "");
  using listings = watchListings(folder);
  await removeFolder(folder);
  expect(listings.names()).toBeGreaterThanOrEqual(3_000);
  expect(listings.mostAtOnce()).toBeLessThanOrEqual(64);
  expect(await readdir(root)).toEqual([]);
});
