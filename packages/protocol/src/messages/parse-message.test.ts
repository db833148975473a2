import { expect, test } from "vitest";
import { z } from "zod";
import { parseJson, parseMessage, toExpected, toInputError } from "./parse-message.ts";

test.for<[string, readonly number[] | string]>([
  ["no JSON", "{"],
  ["bytes that are not UTF-8", [0x22, 0xff, 0x22]],
  ["a byte order mark, which JSON has none of (RFC 8259, section 8.1)", [0xef, 0xbb, 0xbf, 0x31]],
])("%s is no message", ([, bytes]) => {
  expect(() => parseJson(Buffer.from(bytes as string), "body")).toThrow("The body is not JSON in UTF-8.");
});

test("a message is read by its schema, and everything that is wrong is named", () => {
  const schema = z.object({ a: z.int(), b: z.string() });
  expect(parseMessage(Buffer.from('{"a":1,"b":"ä"}'), schema, "task")).toEqual({ a: 1, b: "ä" });
  expect(() => parseMessage(Buffer.from("{}"), schema, "task")).toThrow("The task is not as it must be: a: expected number.");
});

const errorOf = (schema: z.ZodType, value: unknown) => {
  const { error } = schema.safeParse(value);
  if (error === undefined) throw new Error("the value fits the schema");
  return toInputError("malformed_message", "receipt", error);
};

test("what does not fit is named with its place, everything at once", () => {
  const { code, message, details } = errorOf(z.object({ a: z.object({ b: z.int() }), c: z.string() }), { a: { b: "x" } });
  expect(code).toBe("malformed_message");
  expect(message).toMatch(/^The receipt is not as it must be: a\.b: expected number\.$/);
  expect(details.unmet).toMatchObject([
    { file: "receipt", path: "a.b", fix: "mend 'a.b' and send it again" },
    { file: "receipt", path: "c", got: "invalid_type" },
  ]);
});

test("what is wrong as a whole has no path, and a long list is cut", () => {
  expect(errorOf(z.object({}), 1).details.unmet).toMatchObject([{ file: "receipt", fix: "mend 'receipt' and send it again" }]);
  expect(errorOf(z.array(z.int()), Array(100).fill("x")).details.unmet).toHaveLength(20);
});

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
