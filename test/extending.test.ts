import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { copyRepository, type RepositoryCopy, succeed } from "./copy-repository.ts";
import { freePortBase, repository } from "./local-relay.ts";

type Step = { readonly is: "run"; readonly line: string } | { readonly is: "write"; readonly path: string; readonly text: string };

/** Steps that docs/extending.md tells to take, in its order: the lines of bash blocks, and files that stand there whole. */
async function readSteps(): Promise<Step[]> {
  const document = await readFile(join(repository, "docs/extending.md"), "utf8");
  const [, walkthrough = ""] = document.split("<!-- walkthrough -->");
  const blocks = walkthrough.matchAll(/(?:<!-- file: (\S+) -->\n+)?```(\w*)\n([\s\S]*?)```/g);
  return [...blocks].flatMap(([, path, language, text = ""]): Step[] => {
    if (path !== undefined) return [{ is: "write", path, text }];
    const lines = text.split("\n").filter((line) => line !== "");
    return language === "bash" ? lines.map((line) => ({ is: "run", line })) : [];
  });
}

let copy: RepositoryCopy;
beforeAll(async () => {
  copy = await copyRepository();
});
beforeEach(async () => {
  for (const args of [
    ["reset", "--quiet", "--hard"],
    ["clean", "--quiet", "-fd"],
  ])
    await succeed(copy.run("git", ...args), "git");
});
afterAll(async () => {
  await copy?.[Symbol.asyncDispose]();
});

const changes = async (): Promise<string[]> =>
  (await succeed(copy.run("git", "status", "--porcelain", "--untracked-files=all"), "git status"))
    .split("\n")
    .filter((line) => line !== "");

async function run(line: string): Promise<string> {
  const [command = "", ...args] = line.split(" ");
  const more = line === "pnpm demo" ? ["--port-base", String(await freePortBase())] : [];
  return succeed(copy.run(command, ...args, ...more), line);
}

test(
  "the walk-through adds a translation role that closes a run of five processes, and takes it out again",
  { timeout: 300_000 },
  async () => {
    const steps = await readSteps();
    const printed: string[] = [];
    const last = steps.at(-1);
    if (last?.is !== "run") throw new Error("the last step takes the role out");
    for (const step of steps.slice(0, -1)) {
      if (step.is === "write") await copy.write({ [step.path]: step.text });
      else printed.push(await run(step.line));
    }
    const demos = printed.filter((text) => text.includes("every node has archived the same bundle"));
    expect(demos).toHaveLength(2);
    for (const demo of demos) expect(demo).toMatch(/awaits 'archived' of nano, sg, jp, translator/);
    expect(demos[0]).toContain("translator was handed these files, and adds nothing to them yet.");
    expect(demos[1]).toMatch(/language: ja\n[^]*ファイル[^]*\[C\d+\]/);

    const changed = await changes();
    const edited = changed.filter((line) => line.startsWith(" M")).map((line) => line.slice(3));
    expect(edited.sort()).toEqual([
      "infra/tailnet/policy.hujson",
      "infra/tailnet/policy.tests.json",
      "packages/contracts/src/relay.ts",
      "pnpm-lock.yaml",
    ]);
    const added = changed.filter((line) => line.startsWith("??")).map((line) => line.slice(3));
    expect(added.filter((path) => path.startsWith("apps/") && !path.startsWith("apps/translator/"))).toEqual([]);
    // The new files are as they should be: format, lint, the policy's own tests, the architecture's.
    const sources = added.filter((path) => path.endsWith(".ts"));
    await succeed(copy.run("node_modules/.bin/oxlint", "--type-aware", "--deny-warnings", ...sources), "oxlint");
    await run(
      "pnpm exec vitest run --project unit scripts packages/bus/src/permission/policy-file.test.ts packages/contracts/src/artifacts/golden-artifacts.test.ts",
    );

    await run("pnpm contracts:lock");
    await run(last.line);
    expect(await changes()).toEqual([]);
  },
);

test("what is generated is formatted, and takes its place between the roles of the pipeline", async () => {
  await run("pnpm new role legal --after sg --consumes sg-review,source-text --feedback jp-final --produces legal-opinion");
  const added = (await changes()).map((line) => line.slice(3));
  await succeed(copy.run("node_modules/.bin/oxfmt", "--check", ...added.filter((path) => path !== "pnpm-lock.yaml")), "oxfmt --check");
  expect(await readFile(join(copy.root, "packages/contracts/src/relay.ts"), "utf8")).toContain("roles: [nano, sg, legal, jp]");
  const kept = await copy.run("pnpm", "new", "role", "legal", "--remove");
  expect(kept).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/no commit has these[^]*packages\/contracts\/src\/roles\/legal\.ts\n[^]*--force/),
  });
  await run("pnpm new role legal --remove --force");
  await run("pnpm new artifact side-note --file side-note.md");
  await succeed(
    copy.run("node_modules/.bin/vitest", "run", "--project", "unit", "packages/contracts/src/artifacts"),
    "the new artifact's tests",
  );
  expect((await changes()).every((line) => line.startsWith("??"))).toBe(true);
  await run("pnpm new artifact side-note --remove --force");
  expect(await changes()).toEqual([]);
});

test("a role that other code builds on is not taken out, and the code is named", async () => {
  const { code, stderr } = await copy.run("pnpm", "new", "role", "jp", "--remove");
  expect(code).toBe(1);
  expect(stderr).toMatch(/'jp' can't go: what goes with it is used by\n[^]*packages\/finder\/src\/write\/write\.ts\n/);
  expect(await changes()).toEqual([]);
});

test("the tests of the repository hold whatever roles there are, the first and one in the middle too", async () => {
  await run("pnpm new role opener --after main --consumes source-text --produces outline");
  await run("pnpm new role legal --after nano --consumes outline,candidate-list --feedback sg-review --produces legal-opinion");
  expect(await readFile(join(copy.root, "packages/contracts/src/relay.ts"), "utf8")).toContain("roles: [opener, nano, legal, sg, jp]");
  // Tests that read the shipped pipeline or its policy.
  const [contracts, bus, operator] = ["packages/contracts/src", "packages/bus/src", "packages/operator/src"];
  const tests = [
    ...["check", "gate", "read-documents", "roles"].map((name) => `${contracts}/${name}`),
    ...["permission", "identity/shared-machine"].map((name) => `${bus}/${name}`),
    ...["commands/acl", "local"].map((name) => `${operator}/${name}`),
    "apps",
    "scripts",
  ];
  await succeed(copy.run("node_modules/.bin/vitest", "run", "--project", "unit", ...tests), "the tests of a relay of five roles");
});

test("an incompatible change of a released contract fails its test, and explains itself", async () => {
  const path = "packages/contracts/src/artifacts/brief/brief.ts";
  const text = await readFile(join(copy.root, path), "utf8");
  await copy.write({
    [path]: text.replace(
      "z.object({ text: Text.max(maxText), questions",
      "z.object({ text: Text.max(maxText), language: Text.optional().default('en'), deadline: Text, questions",
    ),
  });
  const { code, stdout, stderr } = await copy.run("node_modules/.bin/vitest", "run", "--project", "unit", "scripts/contracts-lock.test.ts");
  await copy.write({ [path]: text });
  expect(code).toBe(1);
  expect(stdout + stderr).toContain("brief@2 has changed since its release");
  expect(stdout + stderr).toContain("deadline: is new, and required: released files don't have it");
  expect(stdout + stderr).toContain("pnpm contracts:lock --accept brief@2");
});
