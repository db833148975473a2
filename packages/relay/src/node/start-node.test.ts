import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunStatus } from "@tasuki/contracts";
import { expect, test } from "vitest";
import { smallPipeline, smallWork } from "../testing/small-pipeline.ts";
import { startTestRelay } from "../testing/start-test-relay.ts";

const brief = "# What is a relay?\n\nWhat does it hand on?\n";
const sources = ["# One\n\nA relay hands on a sash.\n", "# Two\n\nThe sash is called tasuki.\n"];
const closed = (status: RunStatus): boolean => status.state === "closed";

test("four nodes close a run, and main has its final text", async () => {
  await using relay = await startTestRelay({ pipeline: smallPipeline, work: smallWork });
  const run = await relay.run({ brief, sources });
  const status = await relay.until(run, closed);
  expect(status.stages.map(({ stage, rung, condition }) => [stage, rung, condition])).toEqual([
    ["nano", "verified", "waiting"],
    ["sg", "verified", "waiting"],
    ["jp", "verified", "waiting"],
  ]);
  const { handlers, local } = relay.node("main");
  const { artifacts = [] } = await handlers.status({ run, include: "artifacts" }, local);
  expect(artifacts.map(({ name }) => name).sort()).toEqual([
    "S1.txt",
    "S2.txt",
    "brief.md",
    "final.txt",
    "list.md",
    "review.md",
    "run.json",
  ]);
  expect(artifacts.find(({ name }) => name === "final.txt")?.text).toContain("2 sources");
  for (const role of ["nano", "sg", "jp"]) expect(relay.node(role).store.tasks()).toEqual([]);
}, 20_000);
