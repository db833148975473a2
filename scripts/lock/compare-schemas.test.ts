import { toJsonSchema } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { z } from "zod";
import { compareSchemas } from "./compare-schemas.ts";

const released = z.object({
  run: z.string(),
  kind: z.enum(["a", "b"]),
  note: z.string().optional(),
  items: z.array(z.object({ id: z.string(), score: z.number() })),
  strict: z.strictObject({ x: z.string() }),
  counts: z.record(z.string(), z.number()),
});
const differences = (present: z.ZodType): string[] =>
  compareSchemas(toJsonSchema({ schema: released }), toJsonSchema({ schema: present })).map(
    ({ path, what, isCompatible }) => `${isCompatible ? "" : "! "}${path}: ${what}`,
  );
const item = released.shape.items.element;

test.for<[what: string, present: z.ZodType, expected: string[]]>([
  ["the same", released, []],
  ["a new field that may be left out", released.extend({ more: z.string().optional() }), ["more: is new, and may be left out"]],
  ["a remark", released.extend({ run: z.string().describe("its id") }), ["run: another description"]],
  [
    "a new field in a list",
    released.extend({ items: z.array(item.extend({ why: z.string().optional() })) }),
    ["items.*.why: is new, and may be left out"],
  ],
  [
    "a strict object that became loose",
    released.extend({ strict: z.object({ x: z.string() }) }),
    ["strict: passes over fields that it doesn't know, which were refused"],
  ],
  ["a new field that is required", released.extend({ more: z.string() }), ["! more: is new, and required: released files don't have it"]],
  ["a field that is gone", released.omit({ run: true }), ["! run: is gone"]],
  ["a field that became required", released.required({ note: true }), ["! note: may have been left out, and is required"]],
  ["a field that became optional", released.partial({ run: true }), ["! run: was required, and may be left out"]],
  [
    "another type",
    released.extend({ items: z.array(item.extend({ score: z.string() })) }),
    ['! items.*.score: type was "number", and is "string"'],
  ],
  ["another choice", released.extend({ kind: z.enum(["a", "b", "c"]) }), ['! kind: enum was ["a","b"], and is ["a","b","c"]']],
  ["another rule", released.extend({ run: z.string().min(1) }), ["! run: minLength was absent, and is 1"]],
  [
    "a new field where none is passed over",
    released.extend({ strict: z.strictObject({ x: z.string(), y: z.string().optional() }) }),
    ["! strict.y: is new, where the released schema refuses fields that it doesn't know"],
  ],
  [
    "a loose object that became strict",
    z.strictObject(released.shape),
    ["! : refuses fields that it doesn't know, which were passed over"],
  ],
  [
    "other values of a table",
    released.extend({ counts: z.record(z.string(), z.string()) }),
    ['! counts.*: type was "number", and is "string"'],
  ],
])("%s", ([, present, expected]) => {
  expect(differences(present)).toEqual(expected);
});
