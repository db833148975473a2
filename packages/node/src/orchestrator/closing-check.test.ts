import { randomUUIDv7 } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256Of } from "@tasuki/protocol";
import { type FlowEvent, type FlowState, newFlow, newStage } from "@tasuki/flow";
import { openStore } from "@tasuki/store";
import { judgeAtOnce } from "@tasuki/protocol/testing";
import { expect, test } from "vitest";
import { systemClock as clock } from "../process/system-clock.ts";
import { smallPipeline as pipeline } from "../testing/small-pipeline.ts";
import { closingCheck } from "./closing-check.ts";
import type { RunSteps } from "./run-steps.ts";

// guarantees: R9.copied
test("a run whose store lacks a receipt that proves a rung is not closed: the closing check says which one, and how it comes back", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-closing-"));
  try {
    await using store = await openStore({ folder, clock, newId: () => randomUUIDv7() });
    const checked: FlowEvent[] = [];
    const steps = { apply: async ({ facts }: Parameters<RunSteps["apply"]>[0]) => void checked.push(...facts.map(({ event }) => event)) };
    const flow = newFlow({ profile: "plain", payload: { run: randomUUIDv7(), from: "ops" }, brief: "b", route: ["nano"], now: 0 });
    const lost = sha256Of("a receipt that is lost");
    const state: FlowState = { ...flow, stages: [{ ...newStage("nano", 1), rung: "verified", receipts: [lost] }] };
    const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const deps = {
      store,
      pipeline,
      data: folder,
      clock,
      logger,
      newId: () => randomUUIDv7(),
      judge: judgeAtOnce,
      checker: { check: async () => [], view: async () => [] },
    };
    await closingCheck({ ...deps, steps: steps as RunSteps }, state, new AbortController().signal);
    expect(checked).toMatchObject([
      {
        is: "closing-checked",
        unmet: [{ file: `evidence/${lost}.json`, got: "nothing", fix: `do nano again: tasuki retry ${state.id} --from nano` }],
      },
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
