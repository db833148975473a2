import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AnyArtifact } from "@tasuki/protocol";
import { assert, property } from "fast-check";
import { expect, test } from "vitest";
import { arbitraryValueOf } from "../testing/arbitraries.ts";
import { everyArtifact } from "../testing/every-artifact.ts";

const known = new Set(Object.keys(arbitraryValueOf));
// Artifacts in the table of arbitrary values. Any other is tested in the same way beside its own file.
const artifacts = (await everyArtifact()).filter(({ name }) => known.has(name)).map((artifact) => [artifact.name, artifact] as const);
const valuesOf = ({ name }: AnyArtifact): (typeof arbitraryValueOf)[keyof typeof arbitraryValueOf] =>
  arbitraryValueOf[name as keyof typeof arbitraryValueOf]; // a name of the table, by the filter above

test.for(artifacts)("what is written of any value of %s reads as the same value", ([, artifact]) => {
  assert(
    property(valuesOf(artifact), (value) => {
      expect(artifact.schema.safeParse(value).error).toBeUndefined();
      expect(artifact.read(artifact.write(value as never))).toEqual({ ok: true, value });
    }),
    { numRuns: 300 },
  );
});

test.for(artifacts)("a complete %s passes through completion unchanged", ([, artifact]) => {
  assert(
    property(valuesOf(artifact), (value) => {
      const text = artifact.write(value as never);
      expect(artifact.complete(text, { run: "01933a52-7c00-7000-8000-000000000001", documents: {} })).toEqual({ ok: true, value: text });
    }),
    { numRuns: 50 },
  );
});

test("every artifact has arbitrary values, in the table or in a test of its own", async () => {
  const untested = (await everyArtifact()).filter(
    ({ name }) => !known.has(name) && !existsSync(join(import.meta.dirname, name, `${name}.test.ts`)),
  );
  expect(untested.map(({ name }) => name)).toEqual([]);
});
