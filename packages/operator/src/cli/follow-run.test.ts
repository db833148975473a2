import type { RunStatus } from "@tasuki/protocol";
import { expect, test, vi } from "vitest";
import { exampleStatus, runId } from "../testing/example-status.ts";
import { writeOnlyCli } from "../testing/write-only-cli.ts";
import { followRun } from "./follow-run.ts";

test("where nothing can be redrawn, what is waited for is said again, so that no wait is silent", async () => {
  const { cli, said } = writeOnlyCli();
  const ended = Promise.withResolvers<void>();
  async function* watch(): AsyncGenerator<RunStatus> {
    yield exampleStatus();
    await ended.promise;
    yield exampleStatus({ state: "cancelled" });
  }
  const following = followRun(cli, { client: { watch }, run: runId, quietMs: 10 });
  await vi.waitUntil(() => said().match(/still waiting: sg awaits 'produced' of sg/g)?.length === 2, { timeout: 20_000 });
  ended.resolve();
  expect(await following).toMatchObject({ conclusion: "cancelled" });
});
