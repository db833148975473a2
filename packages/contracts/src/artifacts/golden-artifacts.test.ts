import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AnyArtifact, type Document, type Documents, fileNameOf, isFileOf, sha256Of } from "@tasuki/protocol";
import { anyCharacter } from "@tasuki/protocol/testing";
import { assert, nat, property, string, tuple } from "fast-check";
import { expect, test } from "vitest";
import { everyArtifact } from "../testing/every-artifact.ts";

const fixtures = join(import.meta.dirname, "../../fixtures");
const goldens = readdirSync(join(fixtures, "artifacts"));
const drafts = readdirSync(join(fixtures, "drafts"));
const artifacts = await everyArtifact();
const read = (folder: string, file: string): string => readFileSync(join(fixtures, folder, file), "utf8");

/** The artifact of a golden file, in the version that it was released in: `<name>.<version>[.<note>].<extension>`. */
function artifactOf(file: string): AnyArtifact {
  const [name = "", version] = file.split(".");
  const artifact = artifacts.find((one) => one.name === name)?.versions.find((one) => one.version === Number(version));
  if (!artifact) throw new Error(`no artifact reads ${file}`);
  return artifact;
}

test.for(goldens)("%s reads, and is written again byte for byte", (file) => {
  const artifact = artifactOf(file);
  const parsed = artifact.read(read("artifacts", file));
  expect(parsed.ok ? artifact.write(parsed.value as never) : parsed.unmet).toBe(read("artifacts", file));
});

test("every version of every artifact that is read has a golden file", () => {
  const versions = artifacts.flatMap(({ name, versions }) => versions.map(({ version }) => `${name}.${version}`));
  expect([...new Set(goldens.map((file) => file.split(".").slice(0, 2).join(".")))].sort()).toEqual(versions.sort());
});

test("no file name belongs to two artifacts: a stage's folder would not tell which it is", () => {
  const clashes = artifacts.flatMap((one) =>
    artifacts
      .filter((other) => other.name !== one.name && one.versions.some((version) => isFileOf(version, fileNameOf(other))))
      .map((other) => `${fileNameOf(other)} is a file of '${one.name}' and of '${other.name}'`),
  );
  expect(clashes).toEqual([]);
});

/** Documents of the golden run. */
function documents(): Documents {
  const document = (file: string, name: string): Document => {
    const text = read("artifacts", file);
    const parsed = artifactOf(file).read(text);
    if (!parsed.ok) throw new Error(`${file} does not read`);
    return { name, text, value: parsed.value, sha256: sha256Of(text), size: Buffer.byteLength(text) };
  };
  return {
    run: [document("run.1.json", "run.json")],
    brief: [document("brief.1.md", "brief.md")],
    "source-text": [document("source-text.1.txt", "S1.txt"), document("source-text.1.page-breaks.txt", "S2.txt")],
    "candidate-list": [document("candidate-list.1.md", "candidate-list.md")],
    "de-raw-output": [document("de-raw-output.1.txt", "de-raw-output.txt")],
    "sg-review": [document("sg-review.1.md", "sg-review.md")],
  };
}

/** Artifacts that a stage completes a file with, by the file's artifact: those that it consumes, and those that it has written before. */
const before: Readonly<Record<string, readonly string[]>> = {
  "candidate-list": ["run", "brief", "source-text"],
  "de-raw-output": ["run", "brief", "source-text", "candidate-list"],
  "sg-review": ["run", "brief", "source-text", "candidate-list", "de-raw-output"],
  "jp-final": ["run", "brief", "candidate-list", "de-raw-output", "sg-review"],
};

test.for(drafts)("the draft %s is completed to the golden file", (file) => {
  const artifact = artifactOf(file);
  const all = documents();
  const own = Object.fromEntries((before[artifact.name] ?? []).map((name) => [name, all[name] ?? []]));
  const completed = artifact.complete(read("drafts", file), { run: "01933a52-7c00-7000-8000-000000000001", documents: own });
  expect(completed).toEqual({ ok: true, value: read("artifacts", file) });
});

test.for([...goldens.map((file) => ["artifacts", file] as const), ...drafts.map((file) => ["drafts", file] as const)])(
  "however %s/%s is changed, reading and completing report and never throw",
  ([folder, file]) => {
    const artifact = artifactOf(file);
    const text = read(folder, file);
    const context = { run: "01933a52-7c00-7000-8000-000000000001", documents: documents() };
    const lines = text.split("\n");
    const change = tuple(nat(text.length), nat(40), string({ unit: anyCharacter, maxLength: 6 }), nat(lines.length));
    assert(
      property(change, ([at, cut, put, line]) => {
        const moved = lines.toSpliced(line, 1).toSpliced(at % lines.length, 0, lines[line] ?? "", put);
        for (const changed of [text.slice(0, at) + put + text.slice(at + cut), moved.join("\n"), moved.join("\r\n")]) {
          const parsed = artifact.read(changed);
          const completed = artifact.complete(changed, context);
          expect(parsed.ok || parsed.unmet.length > 0).toBe(true);
          expect(completed.ok || completed.unmet.length > 0).toBe(true);
          const unmet = [parsed, completed].flatMap((result) => (result.ok ? [] : result.unmet));
          for (const { file, expected, got, fix } of unmet) expect([file, expected, got, fix]).not.toContain("");
          // A complete file passes unchanged, and a completed one is complete.
          expect(parsed.ok ? completed : { ok: true, value: changed }).toEqual({ ok: true, value: changed });
          const again = completed.ok && artifact.name in before ? artifact.read(completed.value) : { ok: true };
          expect(again).toMatchObject({ ok: true });
        }
      }),
      { numRuns: 60 },
    );
  },
);
