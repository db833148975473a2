import { expect, test } from "vitest";
import { z } from "zod";
import { decodeMarked, parseJson, parseMessage, toExpected, toInputError } from "./parse-message.ts";
import { mostAttachments } from "./task.ts";

test.for<[string, readonly number[] | string]>([
  ["no JSON", "{"],
  ["bytes that are not UTF-8", [0x22, 0xff, 0x22]],
  ["a byte order mark, which JSON has none of (RFC 8259, section 8.1)", [0xef, 0xbb, 0xbf, 0x31]],
])("%s is no message", ([, bytes]) => {
  expect(() => parseJson(Buffer.from(bytes as string), "body")).toThrow("The body is not JSON in UTF-8.");
});

test.for<[string, Buffer]>([
  ["UTF-8", Buffer.from("\ufeffWho?\r\n")],
  ["UTF-16, as PowerShell writes", Buffer.from("\ufeffWho?\r\n", "utf16le")],
  ["UTF-16, big-endian", Buffer.from("\ufeffWho?\r\n", "utf16le").swap16()],
  ["none: UTF-8", Buffer.from("Who?\r\n")],
])("a text that a person wrote is decoded by its byte order mark, which is left out: %s", ([, bytes]) => {
  expect(decodeMarked(bytes)).toBe("Who?\r\n");
});

test("a text that is not as its mark says, and one in another encoding, is refused", () => {
  for (const bytes of [Buffer.from([0xe4, 0x20]), Buffer.from([0xff, 0xfe, 0x41])]) expect(() => decodeMarked(bytes)).toThrow(TypeError);
});

test("a message is read by its schema, and everything that is wrong is named", () => {
  const schema = z.object({ a: z.int(), b: z.string() });
  expect(parseMessage(Buffer.from('{"a":1,"b":"ä"}'), schema, "task")).toEqual({ a: 1, b: "ä" });
  expect(() => parseMessage(Buffer.from("{}"), schema, "task")).toThrow("The task is not as it must be: a: expected number.");
});

// guarantees: R7.small
test("what has too many values, or is too deep, is refused before it is parsed; a string may be as long as it likes", () => {
  const parsed = (text: string) => parseJson(Buffer.from(text), "body");
  const nested = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  expect(parsed(nested(64))).toBeInstanceOf(Array);
  expect(() => parsed(nested(65))).toThrow("more than 64 within each other");
  expect(parsed(`[${"1,".repeat(16_000)}1]`)).toHaveLength(16_001);
  for (const many of ["1,", "[],", '{"a":1},', '"a",']) expect(() => parsed(`[${many.repeat(16_400)}1]`)).toThrow("more than 16384 values");
  // The number is told without a parse: this is no JSON at all.
  expect(() => parsed(",".repeat(20_000))).toThrow("more than 16384 values");
  for (const text of ['[{,\\"]}'.repeat(50_000), "\\".repeat(50_001), '"'.repeat(50_000), '\\"'])
    expect(parsed(JSON.stringify([text, [text]]))).toEqual([text, [text]]);
  expect(() => parsed(`["${",".repeat(20_000)}\\"`)).toThrow("not JSON");
});

test("a task of as many attachments as may be, with all that they can say, has fewer values than a message may have", () => {
  const attachment = { name: "S1.md", contract: "source@1", size: 1, sha256: "0".repeat(64), label: "a, b [c] {d}" };
  const task = { attachments: Array.from({ length: mostAttachments }, () => attachment) };
  expect(parseJson(Buffer.from(JSON.stringify(task)), "task")).toEqual(task);
});

const errorOf = (schema: z.ZodType, value: unknown) => {
  const { error } = schema.safeParse(value);
  if (error === undefined) throw new Error("the value fits the schema");
  return toInputError("malformed_message", { place: "receipt", error, value });
};

test("what does not fit is named with its place, everything at once", () => {
  const { code, message, details } = errorOf(z.object({ a: z.object({ b: z.int() }), c: z.string() }), { a: { b: "x" } });
  expect(code).toBe("malformed_message");
  expect(message).toMatch(/^The receipt is not as it must be: a\.b: expected number\.$/);
  expect(details.unmet).toMatchObject([
    { file: "receipt", path: "a.b", fix: "mend 'a.b' and send it again" },
    { file: "receipt", path: "c", got: "nothing" },
  ]);
});

test.for([
  [{ text: "" }, "nothing"],
  [{ text: " \n" }, '"  "'],
  [{ text: 12 }, "12"],
  [{ text: "x".repeat(200) }, `${"x".repeat(120)}…`],
  [{ text: ["a", { b: [1] }] }, "2 of them"],
  [{ text: { a: { b: 1 } } }, '{"a":"…"}'],
  [{}, "nothing"],
] as const)("of %j it is said what is there instead, in a line", ([value, got]) => {
  const schema = z.object({ text: z.string().regex(/^[a-z]{1,9}$/) });
  expect(errorOf(schema, value).details.unmet).toMatchObject([{ path: "text", got }]);
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
