import { type AnyArtifact, defineArtifact, refOf, sha256Of, toJsonSchema } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { z } from "zod";
import { checkLock, explain } from "./check-lock.ts";
import { type Contract, digestOf, type Lock } from "./contracts-lock.ts";

const Note = z.object({ text: z.string() });
type Format = Pick<Parameters<typeof defineArtifact<"note", typeof Note>>[0], "read" | "write">;
const lines: Format = { read: (text) => ({ ok: true, value: { text: text.trim() } }), write: ({ text }) => `${text}\n` };
const note = (schema: z.ZodType = Note, format: Format = lines): AnyArtifact =>
  defineArtifact({
    name: "note",
    version: 1,
    file: "note.md",
    mediaType: "text/plain",
    maxBytes: 100,
    schema: schema as typeof Note,
    ...format,
  });
const contract = (artifact: AnyArtifact, golden: Record<string, string> = { "note.1.md": "a\n" }): ReadonlyMap<string, Contract> =>
  new Map([[refOf(artifact), { artifact, schema: toJsonSchema(artifact), golden: new Map(Object.entries(golden)) }]]);

const released = toJsonSchema(note());
const lock: Lock = { "note@1": { schema: digestOf(released), golden: { "note.1.md": sha256Of("a\n") } } };
const check = (contracts: ReadonlyMap<string, Contract>) => checkLock({ lock, schemas: new Map([["note@1", released]]) }, contracts);

test("what is as it was released has no findings, and neither has what is not released yet", () => {
  expect(check(contract(note()))).toEqual([]);
  expect(checkLock({ lock: {}, schemas: new Map() }, contract(note()))).toEqual([]);
});

test("a field more that may be left out, and a golden file more, are taken up by the command", () => {
  const more = Note.extend({ by: z.string().optional() });
  const [finding] = check(contract(note(more), { "note.1.md": "a\n", "note.1.long.md": "b\n" }));
  expect(finding).toEqual({
    ref: "note@1",
    isCompatible: true,
    changes: ["by: is new, and may be left out", "a golden file more: note.1.long.md"],
  });
  expect(finding && explain(finding)).toContain("Take it up: pnpm contracts:lock");
});

test("what others would refuse is told field by field, with what to do", () => {
  const [finding] = check(contract(note(z.object({ text: z.string().max(10), by: z.string() }))));
  expect(finding).toEqual({
    ref: "note@1",
    isCompatible: false,
    changes: ["text: maxLength was absent, and is 10", "by: is new, and required: released files don't have it"],
  });
  expect(finding && explain(finding)).toMatch(/artifacts\/note\/note-1\.ts[^]*version: 2[^]*note\.2\.[^]*pnpm contracts:lock/);
});

test.for<[what: string, contracts: ReadonlyMap<string, Contract>, change: string]>([
  ["a reader that is gone", new Map(), "nothing reads it any more: what was released is read for ever"],
  ["a golden file that is gone", contract(note(), {}), "the golden file note.1.md is gone: put it back"],
  [
    "a golden file that was changed",
    contract(note(), { "note.1.md": "b\n" }),
    "the golden file note.1.md was changed: put it back, and add another one",
  ],
  [
    "another way to write",
    contract(note(Note, { ...lines, write: ({ text }) => `${text}.\n` })),
    "note.1.md is written otherwise from line 1: 'a' became 'a.'",
  ],
  [
    "another way to read",
    contract(
      note(Note, { ...lines, read: (_, file) => ({ ok: false, unmet: [{ file, line: 1, expected: "b", got: "a", fix: "write b" }] }) }),
    ),
    "note.1.md is no longer read: line 1: expected b, got a",
  ],
])("%s needs a new version", ([, contracts, change]) => {
  expect(check(contracts)).toEqual([{ ref: "note@1", isCompatible: false, changes: [change] }]);
});

test("a released schema that was changed by hand is no released schema", () => {
  const changed = { ...released, title: "another" };
  expect(checkLock({ lock, schemas: new Map([["note@1", changed]]) }, contract(note()))).toMatchObject([
    { changes: ["its file in fixtures/schemas/ is not the one that was released: take it back from git"] },
  ]);
});
