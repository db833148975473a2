import { expect, test } from "vitest";
import { z } from "zod";
import { toExpected } from "./to-expected.ts";

const said = "a SHA-256 digest: 64 lower-case hexadecimal digits";

test.for([
  [z.number(), "3", "number"],
  [z.int(), 1.5, "int"],
  [z.string(), undefined, "string"],
  [z.coerce.number<string>(), "many", "number"],
  [z.number().min(1), 0, "number to be >=1"],
  [z.string().min(1), "", "string to have >=1 characters"],
  [z.array(z.string()).max(1), ["a", "b"], "array to have <=1 items"],
  [z.enum(["ja", "de"]), "en", 'one of "ja"|"de"'],
  [z.literal("receipt"), "leaf", '"receipt"'],
  [z.uuidv7(), "x", "a valid UUID"],
  [z.strictObject({}), { a: 1 }, 'no key "a"'],
  [z.string().regex(/^[0-9a-f]{64}$/, said), "x", said],
] as const)("of %#: %j, a schema's words are what it wanted, and nothing of what it got", ([schema, value, expected]) => {
  const { error } = schema.safeParse(value);
  expect(error?.issues.map(toExpected)).toEqual([expected]);
});
