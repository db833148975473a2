import { once } from "node:events";
import { chmod, lstat, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { closeToOthers } from "./close-to-others.ts";

let root: string;
let data: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tasuki-close-"));
  data = join(root, "data");
  await mkdir(data);
});
afterEach(() => rm(root, { recursive: true }));
const modeOf = async (path: string) => (await lstat(join(data, path))).mode & 0o7777;

// guarantees: R8.own-files
test("what lies in a data folder, whoever made it and how, is for its owner alone; sockets stay as they are", async () => {
  for (const name of ["logs", "trust", "work"]) await mkdir(join(data, name));
  for (const name of ["config.jsonc", "node.sqlite"]) await writeFile(join(data, name), "");
  for (const name of await readdir(data)) await chmod(join(data, name), 0o777);
  const server = createServer().listen(join(data, "bus.sock"));
  await once(server, "listening");
  await chmod(join(data, "bus.sock"), 0o660);
  await chmod(data, 0o777);
  await closeToOthers(data);
  expect(await modeOf("")).toBe(0o710);
  for (const name of await readdir(data)) expect(await modeOf(name), name).toBe(name === "bus.sock" ? 0o660 : 0o700);
  server.close();
});

test("no right is added: a folder that was closed to the group stays closed", async () => {
  await writeFile(join(data, "config.jsonc"), "", { mode: 0o400 });
  await chmod(data, 0o700);
  await closeToOthers(data);
  expect([await modeOf(""), await modeOf("config.jsonc")]).toEqual([0o700, 0o400]);
});

// guarantees: R8.no-links
test.each(["blobs", "logs", "node.sqlite"])("a link in place of %s is refused, and what it points to stays as it is", async (name) => {
  const elsewhere = join(root, "elsewhere");
  await mkdir(elsewhere);
  await chmod(elsewhere, 0o755);
  await symlink(elsewhere, join(data, name));
  await expect(closeToOthers(data)).rejects.toMatchObject({ code: "invalid_state", message: expect.stringContaining(join(data, name)) });
  expect((await stat(elsewhere)).mode & 0o777).toBe(0o755);
});

test("a link of the operator's, such as one to a configuration elsewhere, is left alone; so is a folder that is not there", async () => {
  const elsewhere = join(root, "config.jsonc");
  await writeFile(elsewhere, "{}");
  await chmod(elsewhere, 0o644);
  await symlink(elsewhere, join(data, "config.jsonc"));
  await closeToOthers(data);
  await closeToOthers(join(root, "none"));
  expect((await stat(elsewhere)).mode & 0o777).toBe(0o644);
});
