import { readFileSync } from "node:fs";
import { join } from "node:path";
import { definePipeline } from "@tasuki/protocol";
import { relay } from "@tasuki/contracts/relay";
import { jp } from "@tasuki/contracts/roles/jp";
import { nano } from "@tasuki/contracts/roles/nano";
import { sg } from "@tasuki/contracts/roles/sg";
import { describe, expect, test } from "vitest";
import { parsePolicy } from "./policy.ts";
import { checkPolicy, parsePolicyTests } from "./policy-tests.ts";
import { People } from "./edges.ts";
import { writePolicy } from "./write-policy.ts";
import { writePolicyTests } from "./write-policy-tests.ts";

const folder = join(import.meta.dirname, "../../../../infra/tailnet");
const read = (name: string): string => readFileSync(join(folder, name), "utf8");
const text = read("policy.hujson");

test("the policy file is what the pipeline gives: run `pnpm policy` after a change", () => {
  expect(text).toBe(writePolicy({ pipeline: relay, people: People.parse(JSON.parse(read("people.json"))) }));
});

test("every permission in it is well formed", () => {
  expect(parsePolicy(text).unread).toEqual([]);
});

// Neither control server can test application grants; these cells are the test of layer 2.
describe("the application tests of the policy", () => {
  test.each(checkPolicy(parsePolicy(text), parsePolicyTests(read("policy.tests.json"))))("$src -> $dst $want: $expected", ({ holds }) => {
    expect(holds).toBe(true);
  });
});

test("a policy that grants too much, and one that grants too little, fail in the cells that say so", () => {
  // The shipped roles alone are compared: a relay under test may have more.
  const pipeline = definePipeline({ ...relay, roles: [nano, sg, jp] });
  const shipped = writePolicy({ pipeline, people: { ops: ["ops@example.com"] } });
  const failed = (changed: string) =>
    checkPolicy(parsePolicy(changed), parsePolicyTests(writePolicyTests({ pipeline, people: { ops: ["ops@example.com"] } })))
      .filter(({ holds }) => !holds)
      .map(({ src, dst, want, expected }) => ({ src, dst, want, expected }));
  const more = shipped.replace('"to": "sg", "call": "task", "kinds": ["work"]', '"to": "sg", "call": "task", "kinds": ["work", "cancel"]');
  expect(failed(more)).toEqual([
    { src: "tag:tasuki-nano", dst: "sg", want: { call: "task", kind: "cancel", signed: true }, expected: "deny" },
  ]);
  const less = shipped.replace('"contracts": ["run", "jp-final"]', '"contracts": ["run"]');
  expect(failed(less)).toEqual([
    { src: "tag:tasuki-jp", dst: "main", want: { call: "upload", contract: "jp-final", bytes: 8_388_608 }, expected: "accept" },
  ]);
});

test("whatever people.json asks for, the policy keeps to the tests that are written with it", () => {
  const one = ["cy@example.com"];
  for (const more of [{}, { read: one }, { operate: one }, { decide: one, scripts: ["cancel"] }, { scripts: ["nudge", "cancel"] }]) {
    const people = People.parse({ ops: one, ...more });
    const cells = checkPolicy(
      parsePolicy(writePolicy({ pipeline: relay, people })),
      parsePolicyTests(writePolicyTests({ pipeline: relay, people })),
    );
    expect(cells.filter(({ holds }) => !holds)).toEqual([]);
    // Each is held to what the others may: a policy for other people breaks them.
    const other = checkPolicy(parsePolicy(text), parsePolicyTests(writePolicyTests({ pipeline: relay, people })));
    expect(other.some(({ holds }) => !holds)).toBe(Object.keys(more).length > 0);
  }
  expect(People.safeParse({ ops: one, scripts: ["work"] }).success).toBe(false);
});

test("tests that can't be read say where", () => {
  expect(() => parsePolicyTests("{")).toThrow(/not JSON/);
  expect(() => parsePolicyTests('{ "tests": [{ "src": "a", "dst": "b", "accept": [{ "call": "exec" }], "deny": [] }] }')).toThrow(
    /tests\[0\]\.accept\[0\]/,
  );
});
