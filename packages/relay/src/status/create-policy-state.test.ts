import { createHash } from "node:crypto";
import { relay } from "@tasuki/contracts/relay";
import { expect, test } from "vitest";
import { writePolicy } from "../permission/write-policy.ts";
import { createPolicyState } from "./create-policy-state.ts";

const text = writePolicy({ pipeline: relay, people: { ops: ["ann@example.com", "bob@example.com"] } });
const stateOf = (policy: string, drift: () => string[] = () => []) => createPolicyState({ text: policy, pipeline: relay, drift })();

test("a file that the pipeline gave is current, whoever operates the relay; its digest is what sha256sum says", () => {
  expect(stateOf(text)).toEqual({ sha256: createHash("sha256").update(text).digest("hex"), current: true, drift: [] });
});

test.each([
  ["a grant less", text.replace('"kinds": ["work", "nudge", "cancel", "close"]', '"kinds": ["work"]')],
  ["a grant more", text.replace('"kinds": ["run"]', '"kinds": ["run", "cancel"]')],
  ["no grants", "{}"],
])("a file with %s is not", (_what, changed) => {
  expect(changed).not.toBe(text);
  expect(stateOf(changed).current).toBe(false);
});

test("who is granted other things by the network is named", () => {
  expect(stateOf(text, () => ["node:nano"]).drift).toEqual(["node:nano"]);
});
