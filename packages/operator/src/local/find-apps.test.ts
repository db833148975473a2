import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findApps } from "./find-apps.ts";

test("an app is found by its manifest; the dependencies that one of another branch has left are none", async () => {
  const root = await mkdtemp(join(tmpdir(), "tasuki-apps-"));
  try {
    await mkdir(join(root, "apps/writer/src"), { recursive: true });
    await writeFile(join(root, "apps/writer/package.json"), JSON.stringify({ name: "writer", tasuki: { role: "jp" } }));
    await mkdir(join(root, "apps/legal/node_modules"), { recursive: true });
    expect(await findApps(root)).toEqual(new Map([["jp", join(root, "apps/writer/src/main.ts")]]));
  } finally {
    await rm(root, { recursive: true });
  }
});
