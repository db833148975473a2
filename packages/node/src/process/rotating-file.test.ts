import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRotatingFile } from "./rotating-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tasuki-log-"));
});
afterEach(() => rm(folder, { recursive: true }));
const open = () => openRotatingFile({ path: join(folder, "logs", "node.jsonl"), maxBytes: 10, keep: 2 });
const read = (name: string) => readFile(join(folder, "logs", name), "utf8");

test("a line is in the file when write returns, also after another opening", async () => {
  using file = open();
  file.write("one\n");
  expect(await read("node.jsonl")).toBe("one\n");
  using again = open();
  again.write("two\n");
  expect(await read("node.jsonl")).toBe("one\ntwo\n");
});

test("a full file becomes the newest old one, and only so many are kept", async () => {
  using file = open();
  for (const line of ["first line\n", "second line\n", "third line\n", "fourth line\n", "x\n"]) file.write(line);
  expect((await readdir(join(folder, "logs"))).sort()).toEqual(["node.1.jsonl", "node.2.jsonl", "node.jsonl"]);
  expect(await Promise.all(["node.jsonl", "node.1.jsonl", "node.2.jsonl"].map(read))).toEqual(["x\n", "fourth line\n", "third line\n"]);
});

test("a file that was full at the last end is put aside at the first line", async () => {
  {
    using file = open();
    file.write("12345678\n");
  }
  using file = open();
  file.write("9\n");
  file.write("next\n");
  expect(await read("node.1.jsonl")).toBe("12345678\n9\n");
  expect(await read("node.jsonl")).toBe("next\n");
});

// guarantees: R8.no-links
test("a link in the file's place is not followed: neither at the opening, nor once the file is full", async () => {
  const elsewhere = join(folder, "elsewhere");
  await writeFile(elsewhere, "a key");
  const path = join(folder, "logs", "node.jsonl");
  using file = open();
  file.write("one\n");
  await rm(path);
  await symlink(elsewhere, path);
  expect(open).toThrow("ELOOP");
  // Files are put aside one by one: a link in the way of an old one is replaced, and what it points to stays as it is.
  for (const name of ["node.1.jsonl", "node.2.jsonl"]) await symlink(elsewhere, join(folder, "logs", name));
  for (const line of ["first line\n", "second line\n", "third line\n", "fourth line\n"]) file.write(line);
  expect(await readFile(elsewhere, "utf8")).toBe("a key");
  expect(await read("node.jsonl")).toBe("");
});

// guarantees: R8.own-files
test("a log is for its owner alone", async () => {
  using file = open();
  file.write("one\n");
  expect((await stat(join(folder, "logs"))).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, "logs", "node.jsonl"))).mode & 0o777).toBe(0o600);
});
