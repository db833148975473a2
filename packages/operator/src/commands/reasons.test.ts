// Reasons that people see of a run that does not go on as it should: over real nodes, by every surface.
import type { RunStatus } from "@tasuki/protocol";
import { expect, test, vi } from "vitest";
import { createSocketClient } from "@tasuki/bus";
import { join } from "node:path";
import { letterText, letterWork } from "../testing/letter-relay.ts";
import { heldWork, startOperatedRelay, waiting } from "../testing/start-operated-relay.ts";
import { startTasuki, tasuki } from "../testing/run-tasuki.ts";

const isVerified = (stage: string) => (status: RunStatus) => status.stages.some((one) => one.stage === stage && one.rung === "verified");

// guarantees: R5.told
test("a node that is lost in closing is named by every surface; the final text is printed before the run is closed", async () => {
  const held = heldWork(letterWork.printer);
  await using main = await startOperatedRelay({ work: { printer: held.work } });
  const data = ["--data", main.data];
  const waited = startTasuki(["run", "What?", "--wait", ...data]);
  const run = await vi.waitUntil(async () => (await main.client.runs({ open: true }))[0]?.id, waiting);
  const watched = startTasuki(["watch", run, ...data]);
  await main.relay.until(run, isVerified("editor"));
  await main.stopKnown("writer");
  held.release();
  await main.relay.until(run, ({ state, awaits }) => state === "closing" && awaits.join() === "writer");
  const says = "awaits 'archived' of writer; writer does not answer main";
  for (const one of [waited, watched]) await vi.waitFor(() => expect(one.printed()).toContain(says), { timeout: 5_000 });
  expect(waited.printed()).toContain(letterText);
  expect(waited.printed()).toContain("The run closes once main has 'archived' of writer");
  const shown = await tasuki(["show", run, ...data]);
  expect(shown.stdout).toContain(says);
  expect(shown.stdout).toContain("Start writer again: what it missed is sent to it by itself.");
  expect((await tasuki(["ls", ...data])).stdout).toMatch(/closing.*awaits writer/);
  const nudged = await tasuki(["nudge", run, ...data]);
  expect(nudged.stdout).toMatch(/main: .*close to writer is pending after \d+ tries, last answer unreachable/);
  expect(nudged.stderr).toContain("Start writer again");
  expect(await main.client.run(run)).toMatchObject({ state: "closing", awaits: ["writer"], unreachable: ["writer"] });
  const bus = createSocketClient({ node: "main", socketPath: join(main.data, "main", "bus.sock") });
  expect((await bus.status({ run })).run).toMatchObject({ awaits: ["writer"], unreachable: ["writer"] });
  await main.relay.start("writer");
  expect(await waited.ended).toMatchObject({ code: 0, stdout: letterText });
  expect((await watched.ended).code).toBe(0);
});

// guarantees: R5.told
test("while attempts go on, show, watch, status and nudge say why the last one failed, which of how many it was, and when the next comes", async () => {
  let isMended = false;
  const editor = () => {
    if (!isMended) throw new Error("the model is away");
    return letterWork.editor();
  };
  await using main = await startOperatedRelay({ work: { editor } });
  const data = ["--data", main.data];
  const waited = startTasuki(["run", "What?", "--wait", ...data]);
  const run = await vi.waitUntil(async () => (await main.client.runs({ open: true }))[0]?.id, waiting);
  const failed = await main.relay.until(run, ({ stages }) => stages[1]?.failure !== undefined);
  expect(failed.stages[1]?.failure).toMatchObject({
    attempt: 1,
    attempts: 3,
    outcome: "failed",
    reason: expect.stringContaining("the model is away"),
  });
  expect(failed.stages[1]?.failure?.next).toBeDefined();
  const why =
    /attempt \d(?: of 3)? failed: .*the model is away; the next (?:comes in \d+ s|is due)|attempt \d of 3; the last failed: .*the model is away/;
  expect((await tasuki(["show", run, ...data])).stdout).toMatch(/failed {4}attempt \d of 3 failed: .*the model is away; the next /);
  await vi.waitFor(() => expect(waited.printed()).toMatch(why), waiting);
  const nudged = await tasuki(["nudge", run, ...data]);
  expect(nudged.stderr).toMatch(why);
  isMended = true;
  expect(await waited.ended).toMatchObject({ code: 0, stdout: letterText });
  expect((await main.client.run(run)).stages[1]).not.toHaveProperty("failure");
});
