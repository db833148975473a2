import { readFileSync } from "node:fs";
import { join } from "node:path";
import { TaskKind } from "@tasuki/contracts";
import { relay } from "@tasuki/contracts/relay";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { grantFor, type Want } from "./permission.ts";
import { parsePolicy } from "./policy.ts";
import { People, writePolicy } from "./write-policy.ts";

const folder = join(import.meta.dirname, "../../../../infra/tailnet");
const read = (name: string): string => readFileSync(join(folder, name), "utf8");
const text = read("policy.hujson");

test("the policy file is what the pipeline gives: run `pnpm policy` after a change", () => {
  expect(text).toBe(writePolicy({ pipeline: relay, people: People.parse(JSON.parse(read("people.json"))) }));
});

const Cell = z.discriminatedUnion("call", [
  z.strictObject({ call: z.literal("task"), kind: TaskKind, signed: z.boolean() }),
  z.strictObject({ call: z.literal("upload"), contract: z.string(), bytes: z.int() }),
  z.strictObject({ call: z.literal("status"), scope: z.enum(["own", "all"]) }),
  z.strictObject({ call: z.literal("health") }),
]);
const Tests = z.strictObject({
  tests: z.array(z.strictObject({ src: z.string(), dst: z.string(), accept: z.array(Cell), deny: z.array(Cell) })).min(1),
});

// Neither control server can test application grants; these cells are the test of layer 2.
describe("the application tests of the policy", () => {
  const policy = parsePolicy(text);
  const cells = Tests.parse(JSON.parse(read("policy.tests.json"))).tests.flatMap(({ src, dst, accept, deny }) => [
    ...accept.map((want: Want) => ({ src, dst, want, allowed: true })),
    ...deny.map((want: Want) => ({ src, dst, want, allowed: false })),
  ]);
  test.each(cells)("$src -> $dst $want: $allowed", ({ src, dst, want, allowed }) => {
    const permissions = policy.permissionsFor({ tags: [src], groups: [src] }, dst);
    expect(grantFor(permissions, dst, want) !== undefined).toBe(allowed);
  });
});
