import { type Documents, readDocuments, type StageFile } from "@tasuki/protocol";
import { anyCharacter } from "@tasuki/protocol/testing";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { relay } from "./relay.ts";
import { exampleRun } from "./testing/example-run.ts";

const toFiles = (documents: Documents): StageFile[] =>
  Object.values(documents).flatMap((own) => own.map(({ name, text }) => ({ name, bytes: Buffer.from(text) })));

describe("reading a stage's files", () => {
  it("reads every stage of the example as it was written", () => {
    const example = exampleRun();
    for (const role of relay.roles) {
      const own = role.consumes.flatMap((slot) => ("optional" in slot ? [] : [slot.name]));
      const inputs = Object.fromEntries(own.map((name) => [name, example[name] ?? []]));
      expect(readDocuments(role.consumes, toFiles(inputs))).toMatchObject({ ok: true, value: inputs });
    }
  });

  it("never throws, whatever the bytes", () => {
    const all = relay.roles.flatMap((role) => [...role.consumes, ...role.produces]);
    const names = ["run.json", "brief.md", "S1.txt", "candidate-list.md", "de-raw-output.txt", "sg-review.md", "jp-final.txt", "x"];
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.string({ unit: anyCharacter }).map((text) => Buffer.from(text)),
    );
    const files = fc.array(fc.record({ name: fc.constantFrom(...names), bytes }), { maxLength: 6 });
    fc.assert(
      fc.property(files, (files) => {
        expect(readDocuments(all, files)).toHaveProperty("ok");
      }),
    );
  });
});
