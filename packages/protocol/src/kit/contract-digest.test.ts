import { expect, test } from "vitest";
import { z } from "zod";
import { contractDigest, contractDigests, differingContracts } from "./contract-digest.ts";
import { defineArtifact } from "./define-artifact.ts";

const digest = (schema: z.ZodType): string => contractDigest({ schema });

test("the order of fields and of choices' definitions is no difference, a field more is", () => {
  const two = z.object({ a: z.string(), b: z.number() });
  expect(digest(z.object({ b: z.number(), a: z.string() }))).toBe(digest(two));
  expect(digest(two.extend({ c: z.string().optional() }))).not.toBe(digest(two));
});

test("what JSON Schema can't say does not keep a contract from having a digest", () => {
  expect(digest(z.object({ at: z.date() }))).toMatch(/^[0-9a-f]{64}$/);
});

test("a peer with other contracts under the same versions is told apart from one with other versions", () => {
  const note = { version: 1, mediaType: "text/plain", maxBytes: 8, schema: z.string() } as const;
  const text = { read: (value: string) => ({ ok: true, value }) as const, write: (value: string) => value };
  const artifacts = ["order", "bread"].map((name) => defineArtifact({ ...note, ...text, name, file: `${name}.txt` }));
  const ours = contractDigests(artifacts);
  expect(Object.keys(ours)).toEqual(["order@1", "bread@1"]);
  const theirs = { ...ours, "bread@1": "0".repeat(64), "bread@9": "1".repeat(64) };
  expect(differingContracts(ours, { contracts: { reads: {}, writes: {}, digests: theirs } })).toEqual(["bread@1"]);
  expect(differingContracts(ours, { contracts: { reads: {}, writes: {} } })).toEqual([]);
});
