import { expect, test } from "vitest";
import { grantFor } from "./permission.ts";
import { parsePolicy } from "./policy.ts";

const health = { v: 1, to: "sg", call: "health" };
const grant = (permissions: unknown, more: object = {}) => ({
  src: ["tag:tasuki-main"],
  dst: ["tag:tasuki-sg"],
  ip: ["tcp:18102"],
  app: { "tasuki.dev/cap/bus": permissions },
  ...more,
});
const permissions = (...grants: unknown[]) =>
  parsePolicy(`// a comment\n${JSON.stringify({ grants })}`).permissionsFor({ tags: ["tag:tasuki-main"] }, "sg");

test("permissions of several grants add up", () => {
  expect(permissions(grant([health]), grant([{ v: 1, to: "sg", call: "status", scope: "own" }]))).toHaveLength(2);
});

test.each([
  ["another source", grant([health], { src: ["tag:tasuki-nano"] })],
  ["another destination", grant([health], { dst: ["tag:tasuki-jp"] })],
  ["another role addressed, as on a machine that holds two", grant([{ ...health, to: "jp" }])],
  ["another version", grant([{ ...health, v: 2 }])],
  ["an unknown field", grant([{ ...health, unless: "sunday" }])],
  ["an unknown call", grant([{ ...health, call: "exec" }])],
  ["no list", grant(health)],
  ["ports only", { src: ["tag:tasuki-main"], dst: ["tag:tasuki-sg"], ip: ["*"] }],
  ["no grant at all", 7],
])("%s grants nothing", (_what, bad) => {
  expect(permissions(bad)).toEqual([]);
});

test("a bad permission does not take the good ones of its grant away", () => {
  expect(permissions(grant([{ ...health, v: 2 }, health]), 7)).toEqual([health]);
});

test("one permission must match whole: two halves are none", () => {
  const halves = permissions(
    grant([
      { v: 1, to: "sg", call: "upload", contracts: ["run"], maxBytes: 100 },
      { v: 1, to: "sg", call: "upload", contracts: ["brief"], maxBytes: 10 },
    ]),
  );
  expect(grantFor(halves, "sg", { call: "upload", contract: "run", bytes: 100 })).toBeDefined();
  expect(grantFor(halves, "sg", { call: "upload", contract: "brief", bytes: 100 })).toBeUndefined();
});

test("a file that is no HuJSON is refused with its line", () => {
  expect(() => parsePolicy('{\n  "grants": [\n')).toThrow(/line 3/);
  expect(() => parsePolicy("[]")).toThrow(/grants/);
});

test("entries that open ports from everybody, or of every machine, are told by their lines", () => {
  const entries = [
    `{ "grants": [ { "src": ["*"], "dst": ["tag:tasuki-sg"], "ip": ["tcp:22"] },`,
    `{ "src": ["tag:a"], "dst": ["*"], "ip": ["*"] },`,
    `{ "src": ["tag:a"], "dst": ["tag:b"], "ip": ["*"] },`,
    `{ "src": ["*"], "dst": ["*"], "app": {} },`,
    `{ "src": ["autogroup:member"], "dst": ["tag:b"], "ip": ["tcp:1"] } ],`,
    `"acls": [ { "action": "accept", "src": ["tag:a"], "dst": ["*:*"] },`,
    `{ "action": "accept", "src": ["tag:a"], "dst": ["tag:b:*"] } ] }`,
  ];
  expect(parsePolicy(entries.join("\n")).wide).toEqual([1, 2, 5, 6]);
});
