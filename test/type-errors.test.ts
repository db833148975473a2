import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { finish, repository } from "./local-relay.ts";

// Each file of the folder is one wrong use; a comment `// error: SENTENCE` stands above each line that must not compile.
const folder = join(repository, "test/wrong-use");
const uses = readdirSync(folder).filter((file) => file.endsWith(".ts") && file !== "bakery.ts");

interface Fault {
  readonly line: number;
  readonly message: string;
}

/** Faults in each file, as the compiler prints them. */
const found = new Map<string, Fault[]>();
beforeAll(async () => {
  const { stdout } = await finish(join(repository, "node_modules/.bin/tsc"), ["--noEmit", "--pretty", "false", "-p", folder]);
  for (const part of stdout.split(/^(?=\S)/m)) {
    const [, path = "", line, message = ""] = /^(\S+)\((\d+),\d+\): error TS\d+: ([\s\S]*)$/.exec(part) ?? [];
    const file = path.replace(/^.*\//, "");
    found.set(file, [...(found.get(file) ?? []), { line: Number(line), message }]);
  }
});

function expectedIn(file: string): Fault[] {
  const lines = readFileSync(join(folder, file), "utf8").split("\n");
  return lines.flatMap((text, at) => (text.startsWith("// error: ") ? [{ line: at + 2, message: text.slice("// error: ".length) }] : []));
}

describe("what must not compile", () => {
  test.each(uses)("%s: the compiler says it in a sentence, and complains of nothing else", (file) => {
    const faults = found.get(file) ?? [];
    const expected = expectedIn(file);
    expect(faults.map(({ line }) => line)).toEqual(expected.map(({ line }) => line));
    for (const [at, { message }] of expected.entries()) expect(faults[at]?.message).toContain(message);
  });

  test("what the wrong uses are made of compiles", () => {
    expect(found.get("bakery.ts") ?? []).toEqual([]);
  });

  test("docs/extending.md says how many tests each wrong use has", () => {
    const document = readFileSync(join(repository, "docs/extending.md"), "utf8");
    const said = [...document.matchAll(/^\|.*\| `test\/wrong-use\/([a-z-]+\.ts)` +\| +(\d+) +\|$/gm)].map(
      (match) => `${match[1]}: ${match[2]}`,
    );
    expect(said.sort()).toEqual(uses.map((file) => `${file}: ${expectedIn(file).length}`).sort());
  });
});

// The examples of these docstrings are one story: each uses what those before it define.
const documented = ["kit/authoring.ts", "run/run.ts", "kit/define-artifact.ts", "kit/define-role.ts", "kit/define-pipeline.ts"];
const declarations = `
import { type Artifact, completeHeaded, defineArtifact, defineAuthoring, definePipeline, defineRole, defineRun, formatHeaded, Id, Line, optional, readHeaded, type Role, Text } from "@tasuki/protocol";
import { z } from "zod";
declare const order: Artifact<"order", { to: string }, false>;
declare const remarks: Artifact<"remarks", string, false>;
declare const editor: Role<"editor", readonly [typeof run, typeof letter], readonly [], 18102>;
`;

function examplesIn(file: string): string[] {
  const source = readFileSync(join(repository, "packages/protocol/src", file), "utf8");
  const blocks = [...source.matchAll(/^ \* @example\n((?: \*.*\n)+?) \*\/$/gm)];
  return blocks.map(([, lines = ""]) => lines.replaceAll(/^ \* ?/gm, ""));
}

test("the examples of the docstrings compile", { timeout: 60_000 }, async () => {
  const tree = await mkdtemp(join(tmpdir(), "tasuki-examples-"));
  onTestFinished(() => rm(tree, { recursive: true }));
  const examples = documented.map(examplesIn);
  expect(examples.map((found) => found.length)).toEqual(documented.map(() => 1));
  await symlink(join(repository, "node_modules"), join(tree, "node_modules"));
  await writeFile(join(tree, "package.json"), '{ "type": "module" }');
  await writeFile(join(tree, "tsconfig.json"), JSON.stringify({ extends: join(repository, "tsconfig.base.json"), include: ["."] }));
  await writeFile(join(tree, "examples.ts"), `${declarations}\n${examples.flat().join("\n")}`);
  expect((await finish(join(repository, "node_modules/.bin/tsc"), ["--noEmit", "-p", tree])).stdout).toBe("");
});
