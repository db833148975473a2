import { type AnyRole, artifactOf, artifactsOf, type Documents, gate, type Slot } from "@tasuki/protocol";
import { assert, property } from "fast-check";
import { expect, test } from "vitest";
import { arbitraryStages } from "./arbitrary-stages.ts";
import { exampleRelay as relay } from "./example-relay.ts";
import { exampleRun } from "./example-run.ts";

function unmetOf(role: AnyRole, documents: Documents): unknown {
  const of = (slots: readonly Slot[]): Documents =>
    Object.fromEntries(slots.map((slot) => [artifactOf(slot).name, documents[artifactOf(slot).name] ?? []]));
  return gate(role, { inputs: of(role.consumes), outputs: of(role.produces) }, {});
}

test.for(relay.roles.map((role) => [role.name, role] as const))("the example run passes the gate of %s", ([, role]) => {
  expect(unmetOf(role, exampleRun())).toEqual([]);
});

test("the example run has documents of every artifact, and they are what their texts say", () => {
  const documents = exampleRun();
  for (const artifact of artifactsOf(relay)) {
    const own = documents[artifact.name];
    expect(own, artifact.name).toBeDefined();
    for (const { name, text, value } of own ?? []) expect(artifact.read(text, name)).toEqual({ ok: true, value });
  }
});

test("arbitrary stages, completed from drafts, pass every gate", () => {
  assert(
    property(arbitraryStages(), (documents) => {
      for (const role of relay.roles) expect(unmetOf(role, documents), role.name).toEqual([]);
    }),
    { numRuns: 100 },
  );
});
