import { artifactsOf } from "@tasuki/contracts";
import { relay } from "@tasuki/contracts/relay";
import { expect, test } from "vitest";
import { contractDigests, differingContracts } from "./contract-digests.ts";

const ours = contractDigests(artifactsOf(relay));

test("a peer with other contracts under the same versions is told apart from one with other versions", () => {
  const theirs = { ...ours, "brief@1": "0".repeat(64), "brief@9": "1".repeat(64) };
  expect(differingContracts(ours, { contracts: { reads: {}, writes: {}, digests: theirs } })).toEqual(["brief@1"]);
  expect(differingContracts(ours, { contracts: { reads: {}, writes: {} } })).toEqual([]);
});
