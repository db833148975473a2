import { relay } from "@tasuki/contracts/relay";
import { sha256Of } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { People } from "./edges.ts";
import { writePolicy } from "./write-policy.ts";
import { createPolicyState } from "./create-policy-state.ts";

const text = writePolicy({ pipeline: relay, people: { ops: ["ann@example.com", "bob@example.com"] } });
const stateOf = (policy: string, drift: () => string[] = () => [], unheardMs = 0) =>
  createPolicyState({ text: policy, pipeline: relay, drift, unheardMs: () => unheardMs, clock: { now: () => 1_764_000_000_000 } })();

test("a file that the pipeline gave is current, whoever operates the relay; its digest is what sha256sum says", () => {
  expect(stateOf(text)).toEqual({ sha256: sha256Of(text), current: true, drift: [] });
});

test("so is one whose people and scripts may more than those of the repository, as far as people.json can say so", () => {
  const one = ["cy@example.com"];
  for (const more of [
    { read: one },
    { operate: one, decide: one },
    { scripts: ["nudge"] },
    { scripts: ["nudge", "cancel"], read: one },
  ] as const)
    expect(stateOf(writePolicy({ pipeline: relay, people: People.parse({ ops: one, ...more }) })).current, JSON.stringify(more)).toBe(true);
  const without = text.replace(/ *"tasuki.dev\/cap\/operator": \[[^\]]*\],\n/, "");
  expect(without).not.toBe(text);
  expect(stateOf(without).current).toBe(false);
});

test.each([
  ["a grant less", text.replace('"kinds": ["work", "nudge", "cancel", "close"]', '"kinds": ["work"]')],
  ["a grant more", text.replace('"kinds": ["run"]', '"kinds": ["run", "cancel"]')],
  ["a higher level for one who looks", text.replace('"call": "operator", "level": "decide"', '"call": "operator", "level": "read"')],
  ["no grants", "{}"],
])("a file with %s is not", (_what, changed) => {
  expect(changed).not.toBe(text);
  expect(stateOf(changed).current).toBe(false);
});

test("who is granted other things by the network is named", () => {
  expect(stateOf(text, () => ["node:nano"]).drift).toEqual(["node:nano"]);
});

test("since when the network has heard of no change is said, once it is a minute", () => {
  expect(stateOf(text, undefined, 59_999)).not.toHaveProperty("unheardSince");
  expect(stateOf(text, undefined, 60_000)).toMatchObject({ unheardSince: "2025-11-24T15:59:00.000Z" });
});
