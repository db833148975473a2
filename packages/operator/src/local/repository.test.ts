import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { relay } from "@tasuki/contracts/relay";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findApps, loadRelay, loadRelayFrom, repository } from "./repository.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tasuki-repository-"));
});
afterEach(() => rm(root, { recursive: true }));

test("an app is found by its manifest; the dependencies that one of another branch has left are none", async () => {
  await mkdir(join(root, "apps/writer/src"), { recursive: true });
  await writeFile(join(root, "apps/writer/package.json"), JSON.stringify({ name: "writer", tasuki: { role: "jp" } }));
  await mkdir(join(root, "apps/legal/node_modules"), { recursive: true });
  expect(await findApps(root)).toEqual(new Map([["jp", join(root, "apps/writer/src/main.ts")]]));
});

test("the repository's own relay is the one that its manifest names", async () => {
  const { module, roles } = await loadRelay(repository);
  expect({ module, roles: roles.map(({ name }) => name) }).toEqual({ module: relay.module, roles: relay.roles.map(({ name }) => name) });
});

test("another relay is loaded by its file, through a link too", async () => {
  const file = join(import.meta.dirname, "../testing/letter-relay.ts");
  await symlink(file, join(root, "relay.ts"));
  await writeFile(join(root, "package.json"), JSON.stringify({ tasuki: { relay: "./relay.ts" } }));
  for (const loaded of [await loadRelayFrom(file), await loadRelay(root)])
    expect(loaded.roles.map(({ name }) => name)).toEqual(["writer", "editor", "printer"]);
});

test("a manifest that names no relay, and a module that is none, are said to be", async () => {
  await writeFile(join(root, "package.json"), JSON.stringify({ tasuki: {} }));
  await expect(loadRelay(root)).rejects.toMatchObject({
    code: "invalid_state",
    message: expect.stringContaining(join(root, "package.json")),
  });
  await expect(loadRelayFrom(join(root, "nothing.ts"))).rejects.toMatchObject({ code: "not_found" });
  await writeFile(join(root, "no-relay.mjs"), "export const other = 1;\n");
  await expect(loadRelayFrom(join(root, "no-relay.mjs"))).rejects.toMatchObject({ code: "invalid_state" });
});
