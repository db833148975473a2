import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "./local-relay.ts";

const documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", ...globSync("docs/**/*.md", { cwd: repository })];
const scripts: Record<string, string> = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")).scripts;
const verbs = globSync("packages/operator/src/cli/commands/*.ts", { cwd: repository }).map((path) =>
  path.replace(/^.*\//, "").replace(".ts", ""),
);

test.each(documents)("every path that %s names exists", (document) => {
  const text = readFileSync(join(repository, document), "utf8");
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => join(dirname(document), match[1] ?? ""));
  const paths = [...text.matchAll(/`((?:packages|apps|infra|docs|test|bench|scripts|examples)\/[A-Za-z0-9_./-]+)`/g)].map(
    (match) => match[1] ?? "",
  );
  expect([...links, ...paths].filter((path) => !existsSync(join(repository, path)))).toEqual([]);
});

test.each(documents)("every command that %s names exists", (document) => {
  const text = readFileSync(join(repository, document), "utf8");
  const commands = [...text.matchAll(/^(?:npx -y pnpm@[\d.]+|pnpm) ([a-z]+)(?: ([a-z]+))?/gm)];
  const unknown = commands.filter(
    ([, script = "", verb]) =>
      !(script in scripts || script === "exec") || (script === "tasuki" && verb !== undefined && !verbs.includes(verb)),
  );
  expect(unknown.map(([line]) => line)).toEqual([]);
});
