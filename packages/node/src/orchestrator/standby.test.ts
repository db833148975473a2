import { artifactOf } from "@tasuki/protocol";
import { expect, test } from "vitest";
import type { FlowState } from "@tasuki/flow";
import { smallPipeline } from "../testing/small-pipeline.ts";
import { standbyFor } from "./standby.ts";

const run = "0197c0de-0000-7000-8000-000000000001";
const roster = Object.fromEntries(
  ["nano", "nano-2", "nano-3", "jp"].map((node) => [node, { role: node.split("-")[0] ?? node, url: "http://x" }]),
);
const { consumes = [], produces = [] } = smallPipeline.roles[0] ?? {};
const using = (slots: readonly Parameters<typeof artifactOf>[0][]) =>
  Object.fromEntries(slots.map((slot) => [artifactOf(slot).name, [artifactOf(slot).version]]));
const health = (node: string, features: readonly string[]) => ({
  node,
  role: "nano",
  instance: run,
  version: "0",
  contracts: { reads: using(consumes), writes: using(produces) },
  clock: new Date(0).toISOString(),
  store: { state: "ok", feed: 0 },
  identity: { provider: "loopback", state: "ok" },
  features,
});

/** Standby for nano of a run that stands on the node `nano`, where these nodes are connected, and these are of the first releases. */
function standby(connected: readonly string[], { left = [], old = [] }: { left?: readonly string[]; old?: readonly string[] } = {}) {
  const peers = ["nano", "nano-2", "nano-3"].map((node) => ({ node, health: health(node, old.includes(node) ? [] : ["nodes"]), at: 0 }));
  const state = { id: run, given: [], nodes: { nano: "nano" }, left: left.map((node) => ({ role: "nano", node })) };
  return standbyFor(
    {
      store: { peers: async () => peers } as unknown as Parameters<typeof standbyFor>[0]["store"], // no blob is read of a run without files
      judge: { plan: () => Promise.reject(new Error("there is no run.json")) },
      pipeline: smallPipeline,
      roster,
      reachability: { isReachable: (node) => connected.includes(node) },
    },
    state as unknown as FlowState, // as much of a run as is looked at
    "nano",
  );
}

test("a standby is another node of the role that main is connected to, and the same one for the same run", async () => {
  const found = await standby(["nano-2", "nano-3", "jp"]);
  expect(["nano-2", "nano-3"]).toContain(found);
  expect(await standby(["nano-3", "nano-2", "jp"])).toBe(found);
  expect(await standby(["nano-3", "jp"])).toBe("nano-3");
});

test("there is none where main is connected to the stage's own node, or to no other", async () => {
  expect(await standby(["nano", "nano-2"])).toBeUndefined();
  expect(await standby(["jp"])).toBeUndefined();
});

test("a node that the run was taken from is none, nor one of a release that knows one node of a role", async () => {
  expect(await standby(["nano-2", "nano-3"], { left: ["nano-2"] })).toBe("nano-3");
  expect(await standby(["nano-2", "nano-3"], { left: ["nano-2"], old: ["nano-3"] })).toBeUndefined();
});
