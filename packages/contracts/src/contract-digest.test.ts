import { expect, test } from "vitest";
import { z } from "zod";
import { contractDigest } from "./contract-digest.ts";

const digest = (schema: z.ZodType): string => contractDigest({ schema });

test("the order of fields and of choices' definitions is no difference, a field more is", () => {
  const two = z.object({ a: z.string(), b: z.number() });
  expect(digest(z.object({ b: z.number(), a: z.string() }))).toBe(digest(two));
  expect(digest(two.extend({ c: z.string().optional() }))).not.toBe(digest(two));
});

test("what JSON Schema can't say does not keep a contract from having a digest", () => {
  expect(digest(z.object({ at: z.date() }))).toMatch(/^[0-9a-f]{64}$/);
});
