import type { RunStatus } from "@tasuki/protocol";
import { expect, test, vi } from "vitest";
import { exampleStatus, runId } from "../testing/example-status.ts";
import { createCli } from "./cli.ts";
import { followRun } from "./follow-run.ts";

test("where nothing can be redrawn, what is waited for is said again, so that no wait is silent", async () => {
  let written = "";
  const cli = createCli({
    env: { cwd: "/", color: false, isLive: false },
    cwd: "/",
    stdin: (async function* (): AsyncGenerator<Uint8Array> {})(),
    stdout: { write: () => true },
    stderr: { write: (text) => (written += text) },
    clock: { now: () => 0, monotonic: () => 0 },
    signal: new AbortController().signal,
    relay: () => Promise.reject(new Error("no relay is needed")),
  });
  const ended = Promise.withResolvers<void>();
  async function* watch(): AsyncGenerator<RunStatus> {
    yield exampleStatus();
    await ended.promise;
    yield exampleStatus({ state: "cancelled" });
  }
  const following = followRun(cli, { client: { watch }, run: runId, quietMs: 10 });
  await vi.waitUntil(() => written.match(/still waiting: sg awaits 'produced' of sg/g)?.length === 2);
  ended.resolve();
  expect(await following).toMatchObject({ outcome: "cancelled" });
});
