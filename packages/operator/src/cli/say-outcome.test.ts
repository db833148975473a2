import { expect, test } from "vitest";
import { blockedStatus, runId } from "../api/operator-fixture.ts";
import { createCli } from "./cli.ts";
import { sayOutcome } from "./say-outcome.ts";

test.each([
  [true, /Start them again: pnpm tasuki dev --data \/relay\n.*pnpm tasuki retry .* --data \/relay/],
  [false, /^(?![^]*tasuki dev)[^]*pnpm tasuki retry .* --data \/relay/],
])("of a blocked run what to type next is said, and first the nodes' start where they end with the command (%j)", (isEnding, said) => {
  let written = "";
  const cli = createCli({
    env: { cwd: "/", color: false, isLive: false },
    cwd: "/",
    stdin: (async function* (): AsyncGenerator<Uint8Array> {})(),
    stdout: { write: () => true },
    stderr: { write: (text) => (written += text) },
    clock: { now: () => 0, monotonic: () => 0 },
    signal: new AbortController().signal,
  });
  sayOutcome(cli, { run: runId, status: blockedStatus(), outcome: "needs-human", options: { data: "/relay" }, isEnding });
  expect(written).toMatch(said);
});
