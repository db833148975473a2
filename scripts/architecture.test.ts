import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";

// Who may depend on whom. `turbo boundaries` reports an import of a package that is not declared, so the declarations decide.
const workspace: Record<string, readonly string[]> = {
  contracts: [],
  evidence: ["contracts"],
  store: ["contracts", "evidence"],
  relay: ["contracts", "evidence", "store"],
  executors: ["contracts"],
  operator: ["contracts", "evidence", "store", "relay"],
};
const apps: Record<string, readonly string[]> = {
  main: ["contracts", "relay", "executors", "operator"],
  nano: ["contracts", "relay", "executors"],
  sg: ["contracts", "relay", "executors"],
  jp: ["contracts", "relay", "executors"],
};
// What reaches the wire, the disk or the terminal lives in one place each.
const homes: Record<string, readonly string[]> = {
  express: ["relay", "operator"],
  multer: ["relay"],
  "@trpc/server": ["relay", "operator"],
  "@trpc/client": ["relay", "operator"],
  commander: ["operator"],
  canonicalize: ["evidence"],
  pino: ["relay"],
};

const Manifest = z.object({
  name: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
});
const root = join(import.meta.dirname, "..");
const manifest = (folder: string) => Manifest.parse(JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")));
const own = (folder: string) => Object.keys(manifest(folder).dependencies).filter((name) => name.startsWith("@tasuki/"));
// A folder without a manifest is what git leaves of another branch: its dependencies.
const members = (folder: string): string[] =>
  readdirSync(join(root, folder)).filter((name) => existsSync(join(root, folder, name, "package.json")));
const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.includes("node_modules"))
    .map((path) => join(folder, path));

test.each(members("packages"))("package %s depends only on packages below it", (name) => {
  const allowed = workspace[name];
  expect(allowed, `packages/${name} is not in the table of scripts/architecture.test.ts`).toBeDefined();
  expect(own(`packages/${name}`).filter((dependency) => !allowed?.includes(dependency.replace("@tasuki/", "")))).toEqual([]);
});

test.each(members("apps"))("app %s depends on no other app, and on no package that only packages use", (name) => {
  const allowed = apps[name] ?? ["contracts", "relay", "executors"];
  expect(own(`apps/${name}`).filter((dependency) => !allowed.includes(dependency.replace("@tasuki/", "")))).toEqual([]);
});

test.each(Object.entries(homes))("%s is a dependency of %j only", (dependency, allowed) => {
  const folders = [...members("packages").map((name) => `packages/${name}`), ...members("apps").map((name) => `apps/${name}`)];
  const users = folders
    .filter((folder) => dependency in manifest(folder).dependencies)
    .map((folder) => manifest(folder).name.replace("@tasuki/", ""));
  expect(users.filter((user) => !allowed.includes(user))).toEqual([]);
});

test("SQLite is opened in the store only", () => {
  const users = ["packages", "apps"]
    .flatMap(sources)
    .filter((path) => !path.endsWith(".test.ts") && /from "node:sqlite"/.test(readFileSync(join(root, path), "utf8")));
  expect(users.filter((path) => !path.startsWith("packages/store/"))).toEqual([]);
});

test("the median source file has at most 80 lines", () => {
  const lengths = ["packages", "apps"]
    .flatMap(sources)
    .filter((path) => !path.endsWith(".test.ts"))
    .map((path) => readFileSync(join(root, path), "utf8").split("\n").length)
    .sort((a, b) => a - b);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(80);
});
