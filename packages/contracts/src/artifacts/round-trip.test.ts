import { assert, property } from "fast-check";
import { expect, test } from "vitest";
import type { AnyArtifact } from "../define-artifact.ts";
import { artifactsOf } from "../define-pipeline.ts";
import { relay } from "../relay.ts";
import { arbitraryValueOf } from "../testing/arbitraries.ts";

const artifacts = artifactsOf(relay).map((artifact) => [artifact.name, artifact] as const);
const valuesOf = ({ name }: AnyArtifact): (typeof arbitraryValueOf)[keyof typeof arbitraryValueOf] =>
  arbitraryValueOf[name as keyof typeof arbitraryValueOf]; // the table has every artifact of the pipeline, or this test fails

test.for(artifacts)("what is written of any value of %s reads as the same value", ([, artifact]) => {
  assert(
    property(valuesOf(artifact), (value) => {
      expect(artifact.schema.safeParse(value).error).toBeUndefined();
      expect(artifact.parse(artifact.format(value as never))).toEqual({ ok: true, value });
    }),
    { numRuns: 300 },
  );
});

test.for(artifacts)("a complete %s passes through completion unchanged", ([, artifact]) => {
  assert(
    property(valuesOf(artifact), (value) => {
      const text = artifact.format(value as never);
      expect(artifact.complete(text, { run: "01933a52-7c00-7000-8000-000000000001", documents: {} })).toEqual({ ok: true, value: text });
    }),
    { numRuns: 50 },
  );
});
