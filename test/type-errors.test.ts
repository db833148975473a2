import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { finish, repository } from "./local-relay.ts";

// Each file of the folder is one wrong use; a comment `// error: SENTENCE` stands above each line that must not compile.
const folder = join(repository, "test/wrong-use");
const uses = readdirSync(folder).filter((file) => file.endsWith(".ts") && file !== "bakery.ts");

interface Fault {
  readonly line: number;
  readonly message: string;
}

/** What is wrong in each file, as the compiler prints it. */
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
