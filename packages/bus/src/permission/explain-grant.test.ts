import { exampleRelay as relay } from "@tasuki/contracts/testing";
import { expect, test } from "vitest";

import { explainGrant } from "./explain-grant.ts";
import { grantsBeyond, parsePolicy } from "./policy.ts";
import { writePolicy } from "./write-policy.ts";

const text = writePolicy({ pipeline: relay, people: { ops: ["ops@example.com"] } });
const policy = parsePolicy(text);
const explain = (from: string, to: string, want: Parameters<typeof explainGrant>[1]["want"]) => explainGrant(policy, { from, to, want });

test("what is allowed is allowed by one grant, whose line the file has", () => {
  const { by } = explain("tag:tasuki-nano", "sg", { call: "upload", contract: "de-raw-output", bytes: 8_388_608 });
  expect(by?.permission).toMatchObject({ call: "upload", to: "sg" });
  expect(text.split("\n")[(by?.line ?? 0) - 1]).toContain('"contracts": ["run", "brief", "source-text", "candidate-list", "de-raw-output"');
  expect(by?.src).toEqual(["tag:tasuki-nano"]);
});

test.each([
  [{ call: "task", kind: "cancel", signed: true } as const, "its kinds are work"],
  [{ call: "task", kind: "work", signed: false } as const, "it is for signed tasks"],
  [{ call: "upload", contract: "jp-final", bytes: 1 } as const, /^its contracts are run, brief/],
  [{ call: "upload", contract: "run", bytes: 9_000_000 } as const, "it is for at most 8388608 bytes"],
])("what is not says what the nearest grant lacks: %j", (want, lacks) => {
  const { by, short } = explain("tag:tasuki-nano", "sg", want);
  expect(by).toBeUndefined();
  expect(short.map((one) => one.lacks)).toEqual([expect.stringMatching(lacks)]);
});

test("who may do it instead, and which permission would allow it", () => {
  const { by, short, others, would } = explain("tag:tasuki-jp", "sg", { call: "task", kind: "work", signed: true });
  expect({ by, short }).toEqual({ by: undefined, short: [] });
  expect(others.map(({ src }) => src)).toEqual([["tag:tasuki-main"], ["tag:tasuki-nano"]]);
  expect(would).toEqual({ v: 1, to: "sg", call: "task", kinds: ["work"] });
});

test("the permission that would allow it does", () => {
  for (const want of [
    { call: "task", kind: "run", signed: false },
    { call: "upload", contract: "brief", bytes: 0 },
    { call: "status", scope: "own" },
    { call: "health" },
  ] as const) {
    const { would } = explain("tag:other", "sg", want);
    const grant = { src: ["tag:other"], dst: ["tag:tasuki-sg"], app: { "tasuki.dev/cap/bus": [would] } };
    expect(explainGrant(parsePolicy(JSON.stringify({ grants: [grant] })), { from: "tag:other", to: "sg", want }).by?.permission).toEqual(
      would,
    );
  }
});

test("people, comments, order and splitting are no difference between policies; a grant is", () => {
  const people = parsePolicy(writePolicy({ pipeline: relay, people: { ops: ["someone@example.com", "else@example.com"] } }));
  expect([...grantsBeyond(policy, people), ...grantsBeyond(people, policy)]).toEqual([]);
  const grant = (src: string[], kinds: string[]) => ({
    src,
    dst: ["tag:tasuki-sg"],
    app: { "tasuki.dev/cap/bus": [{ v: 1, to: "sg", call: "task", kinds }] },
  });
  const whole = parsePolicy(JSON.stringify({ grants: [grant(["a", "b"], ["work", "close"])] }));
  const split = parsePolicy(JSON.stringify({ grants: [grant(["b"], ["close", "work"]), grant(["a"], ["work", "close"])] }));
  expect([...grantsBeyond(whole, split), ...grantsBeyond(split, whole)]).toEqual([]);
  const more = parsePolicy(JSON.stringify({ grants: [grant(["a", "b", "c"], ["work", "close"])] }));
  expect(grantsBeyond(more, whole)).toHaveLength(1);
  expect(grantsBeyond(whole, more)).toEqual([]);
});
