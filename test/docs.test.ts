import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { hasCommit, isShallow } from "./copy-repository.ts";
import { repository } from "./local-relay.ts";

const documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", ...globSync("docs/**/*.md", { cwd: repository })];
const read = (path: string): string => readFileSync(join(repository, path), "utf8");
const scripts: Record<string, string> = JSON.parse(read("package.json")).scripts;
const verbs = globSync("packages/operator/src/commands/*.ts", { cwd: repository }).map((path) =>
  path.replace(/^.*\//, "").replace(".ts", ""),
);

const commits = documents.flatMap((document) =>
  [...read(document).matchAll(/\]\(\.\.\/\.\.\/commit\/([^)]*)\)/g)].map((match) => match[1] ?? ""),
);

test("a recipe of CONTRIBUTING links a commit", () => {
  expect(commits).not.toEqual([]);
  for (const commit of commits) expect(commit).toMatch(/^[0-9a-f]{12}$/);
});

test.for(commits)("the commit %s, which a document links, is in the history (skipped in a shallow clone)", async (commit, { skip }) => {
  skip(await isShallow(), "the history of this clone is cut off: git fetch --unshallow brings it");
  expect(await hasCommit(commit)).toBe(true);
});

test.each(documents)("every path that %s names exists", (document) => {
  const text = read(document);
  // A link to a commit is the web's: no file stands for it.
  const links = [...text.matchAll(/\]\((?!https?:|#|\.\.\/\.\.\/commit\/)([^)#]+)/g)].map((match) =>
    join(dirname(document), match[1] ?? ""),
  );
  const paths = [...text.matchAll(/`((?:packages|apps|infra|docs|test|bench|scripts|examples)\/[A-Za-z0-9_./-]+)`/g)].map(
    (match) => match[1] ?? "",
  );
  expect([...links, ...paths].filter((path) => !existsSync(join(repository, path)))).toEqual([]);
});

test.each(documents)("every command that %s names exists", (document) => {
  const text = read(document);
  const lines = [...text.matchAll(/^(?:npx -y pnpm@[\d.]+|pnpm) ([a-z:]+)(?: ([a-z]+))?/gm)];
  const inline = [...text.matchAll(/`(?:npx -y pnpm@[\d.]+|pnpm) ([a-z:]+)(?: ([a-z]+))?[^`]*`/g)];
  const unknown = [...lines, ...inline].filter(
    ([, script = "", verb]) =>
      !(script in scripts || script === "exec" || script === "install") ||
      (script === "tasuki" && verb !== undefined && !verbs.includes(verb)),
  );
  const typed = [...text.matchAll(/`tasuki ([a-z]+)[^`]*`/g)].filter(([, verb = ""]) => !verbs.includes(verb));
  expect([...unknown, ...typed].map(([line]) => line)).toEqual([]);
});

test("ARCHITECTURE.md says of every package what the law says", () => {
  const law: { packages: Record<string, { imports: string[]; folders: string[] }>; apps: string[]; engine: string[] } = JSON.parse(
    read("scripts/law/law.json"),
  );
  const words = (cell = ""): string[] => [...cell.matchAll(/`([a-z-]+)`|(the files beside them)/g)].map(([, word]) => word ?? ".");
  const text = read("ARCHITECTURE.md");
  const rows = [...text.matchAll(/^\| (`[a-z]+`|apps) +\|([^|]*)\|([^|]*)\|$/gm)];
  const said = rows.map(([, name = "", imports, folders]) => [name.replaceAll("`", ""), words(imports), words(folders)]);
  const inOrder = (folders: readonly string[]) => (folders.length > 1 ? folders : []);
  expect(said).toEqual([
    ...Object.entries(law.packages).map(([name, { imports, folders }]) => [name, imports, inOrder(folders)]),
    ["apps", law.apps, []],
  ]);
  const [, engine = ""] = /\*\*The engine knows no relay\.\*\*([^]*?)never import/.exec(text) ?? [];
  expect(words(engine)).toEqual(law.engine);
  const [, tree = ""] = text.split("```");
  expect([...tree.matchAll(/^ {2}([a-z]+)\/ /gm)].map(([, name]) => name)).toEqual(Object.keys(law.packages));
});

test("the glossary gives each word one meaning", () => {
  const words = [...read("docs/glossary.md").matchAll(/^\| \*\*(.+?)\*\* /gm)].map(([, word = ""]) => word);
  expect(words.length).toBeGreaterThan(60);
  expect(words.toSorted()).toEqual([...new Set(words)].toSorted());
});
