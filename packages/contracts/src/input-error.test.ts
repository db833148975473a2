import { expect, test } from "vitest";
import { z } from "zod";
import { toInputError } from "./input-error.ts";

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
