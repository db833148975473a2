import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeCompileCacheFolder } from "./compile-cache-folder.ts";

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "tasuki-compiled-"));
  return { path, own: join(path, `tasuki-${userInfo().uid}`), [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test("what was compiled is kept where only this user can write", async () => {
  await using folder = await temporaryFolder();
  expect(makeCompileCacheFolder(folder.path)).toBe(join(folder.own, "compiled"));
  expect((await stat(folder.own)).mode & 0o077).toBe(0);
});

test("nothing is kept where somebody else could put code: a folder that others can write, a link, a file", async () => {
  await using folder = await temporaryFolder();
  await mkdir(folder.own);
  await chmod(folder.own, 0o777);
  expect(makeCompileCacheFolder(folder.path)).toBeUndefined();
  await rm(folder.own, { recursive: true });
  await symlink(tmpdir(), folder.own);
  expect(makeCompileCacheFolder(folder.path)).toBeUndefined();
  await rm(folder.own);
  await writeFile(folder.own, "");
  expect(makeCompileCacheFolder(folder.path)).toBeUndefined();
});
