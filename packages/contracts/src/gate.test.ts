import { type AnyArtifact, artifactsOf, defineRole, type Document, type Documents, gate, type Unmet } from "@tasuki/protocol";
import { documentOf } from "@tasuki/protocol/testing";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { candidateList } from "./artifacts/candidate-list/candidate-list.ts";
import { deRawOutput } from "./artifacts/de-raw-output/de-raw-output.ts";
import { jpFinal } from "./artifacts/jp-final/jp-final.ts";
import { run } from "./artifacts/run/run.ts";
import { sgReview } from "./artifacts/sg-review/sg-review.ts";
import { jp } from "./roles/jp.ts";
import { nano } from "./roles/nano.ts";
import { sg } from "./roles/sg.ts";
import { arbitraryValueOf } from "./testing/arbitraries.ts";
import { arbitraryStages } from "./testing/arbitrary-stages.ts";
import { changed, stageOf } from "./testing/change-documents.ts";
import { exampleRelay as relay } from "./testing/example-relay.ts";
import { exampleRun } from "./testing/example-run.ts";

const everyGate = (documents: Documents, producer?: string): Unmet[] =>
  relay.roles.flatMap((role) => [...gate(role, stageOf(role, documents), { producer })]);

/** A scalar in a value: its path, and another well-formed value for it. */
interface Leaf {
  readonly path: readonly (string | number)[];
  readonly other: unknown;
  readonly kind: "digest" | "id" | "range" | "verdict";
}

function leavesOf(value: unknown, path: Leaf["path"] = []): Leaf[] {
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([key, held]) => leavesOf(held, [...path, Array.isArray(value) ? Number(key) : key]));
  const key = path.at(-1);
  const holder = path.at(-2);
  if (typeof value === "number")
    return key === "page" || holder === "bytes" || holder === "lines" ? [{ path, other: value + 1, kind: "range" }] : [];
  // A heading is for people, and may be the very id of a question.
  if (typeof value !== "string" || key === "heading") return [];
  if (/^[0-9a-f]{64}$/.test(value)) return [{ path, other: `${value.startsWith("0") ? "1" : "0"}${value.slice(1)}`, kind: "digest" }];
  if (/^[0-9a-f-]{36}$/.test(value)) return [{ path, other: `${value.slice(0, -1)}${value.endsWith("0") ? "1" : "0"}`, kind: "id" }];
  if (/^[CSNQ][0-9]+$/.test(value)) return [{ path, other: `${value.charAt(0)}${(Number(value.slice(1)) % 900) + 77}`, kind: "id" }];
  if (key === "verdict") return [{ path, other: value === "accepted" ? "rejected" : "accepted", kind: "verdict" }];
  return [];
}

function replaced(value: unknown, [key, ...rest]: Leaf["path"], other: unknown): unknown {
  if (key === undefined) return other;
  if (Array.isArray(value)) return value.map((held: unknown, at) => (at === key ? replaced(held, rest, other) : held));
  if (typeof value !== "object" || value === null) throw new TypeError(`nothing is at ${key}`);
  return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, name === key ? replaced(held, rest, other) : held]));
}

/** The documents, with one leaf of one of them changed. */
function mutated(documents: Documents, artifact: AnyArtifact, { path, other }: Leaf): Documents {
  return changed(documents, artifact, { to: (value) => replaced(value, path, other) });
}

const leavesIn = (documents: Documents, artifact: AnyArtifact): Leaf[] => leavesOf(documents[artifact.name]?.[0]?.value);

describe("the gates", () => {
  it("hold for the example", () => {
    expect(everyGate(exampleRun())).toEqual([]);
  });

  it("hold for any consistent run", () => {
    fc.assert(
      fc.property(arbitraryStages(), (documents) => {
        expect(everyGate(documents)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    { role: nano, artifact: candidateList },
    { role: nano, artifact: deRawOutput },
    { role: sg, artifact: sgReview },
    { role: jp, artifact: jpFinal },
  ])("of $role.name itself finds any changed digest, id or range of its $artifact.file", ({ role, artifact }) => {
    const found = (documents: Documents): void => {
      for (const leaf of leavesIn(documents, artifact)) {
        if (leaf.kind === "verdict") continue;
        const unmet = gate(role, stageOf(role, mutated(documents, artifact, leaf)), {});
        expect(unmet, `${leaf.path.join(".")} is ${String(leaf.other)}`).not.toEqual([]);
        expect(unmet.every(({ file, expected, got, fix }) => [file, expected, got, fix].every((text) => text !== ""))).toBe(true);
      }
    };
    found(exampleRun());
    fc.assert(fc.property(arbitraryStages(), found), { numRuns: 8 });
  });

  it("together find any changed digest, id, range or verdict in any file", () => {
    const artifacts = { run, candidateList, deRawOutput, sgReview, jpFinal };
    fc.assert(
      fc.property(arbitraryStages(), fc.constantFrom(...objectKeys(artifacts)), fc.nat(), (documents, name, at) => {
        const leaves = leavesIn(documents, artifacts[name]);
        const leaf = leaves[at % leaves.length];
        const unmet = leaf ? everyGate(mutated(documents, artifacts[name], leaf)) : "nothing to change";
        expect(unmet, leaf?.path.join(".")).not.toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe("a gate", () => {
  it("says which files are missing or too many, and does not check what isn't whole", () => {
    const { inputs, outputs } = stageOf(sg, exampleRun());
    const [review] = outputs["sg-review"] ?? [];
    expect(gate(sg, { inputs: { ...inputs, run: [] }, outputs: {} }, {})).toEqual([
      { file: "run.json", expected: "exactly one file", got: "no such file", fix: "give the stage one run.json" },
      { file: "sg-review.md", expected: "exactly one file", got: "no such file", fix: "give the stage one sg-review.md" },
    ]);
    expect(gate(sg, { inputs, outputs: { "sg-review": review ? [review, review] : [] } }, {})).toMatchObject([{ got: "2 files" }]);
  });

  it("never throws, whatever documents it is given", () => {
    const all = artifactsOf(relay);
    const documents = fc
      .record(Object.fromEntries(all.map((artifact) => [artifact.name, valuesOf(artifact)])))
      .map((held) => Object.fromEntries(Object.entries(held).map(([name, documents]) => [name, documents])));
    fc.assert(
      fc.property(documents, fc.constantFrom(undefined, "embedded/1", "command:agent"), (documents, producer) => {
        for (const { file, expected, got, fix } of everyGate(documents, producer))
          expect([file, expected, got, fix].every((text) => typeof text === "string")).toBe(true);
        expect(everyGate(documents, producer).filter(({ fix }) => fix.startsWith("report this as a bug"))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it("reports a check that throws", () => {
    const broken = defineRole({
      name: "broken",
      port: 1,
      consumes: [],
      produces: [],
      check() {
        throw new Error("a slip");
      },
    });
    expect(gate(broken, { inputs: {}, outputs: {} }, {})).toMatchObject([{ file: "broken", got: "an error of its own: a slip" }]);
    // No contract has read these documents: a caller made a mistake.
    const nonsense = Object.fromEntries(artifactsOf(relay).map(({ name }) => [name, [{ value: null } as unknown as Document]]));
    expect(gate(jp, { inputs: nonsense, outputs: nonsense }, {})).toHaveLength(1);
  });

  it("stops at a hundred, however much is wrong, and soon", () => {
    const example = exampleRun();
    const sentence = "It is “not there” and (((((( __ uncited. ";
    const long = changed(example, jpFinal, {
      to: (final) => ({
        ...final,
        sections: [...final.sections, { heading: "x", text: sentence.repeat(20_000) + "“".repeat(50_000) + "|".repeat(50_000) }],
      }),
    });
    expect(gate(jp, stageOf(jp, long), {})).toHaveLength(100);
  });
});

function objectKeys<Held extends object>(held: Held): (keyof Held)[] {
  return Object.keys(held) as (keyof Held)[]; // an object literal has no keys but its own
}

function valuesOf(artifact: AnyArtifact): fc.Arbitrary<Document[]> {
  const values: Readonly<Record<string, fc.Arbitrary<unknown>>> = arbitraryValueOf;
  const value = values[artifact.name] ?? fc.constant("");
  return fc
    .array(value, { minLength: 1, maxLength: artifact.many ? 2 : 1 })
    .map((all) => all.map((one, at) => documentOf(artifact, one, at + 1)));
}
