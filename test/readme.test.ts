import { cp, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type FlowState, newFlow, toRunStatus } from "@tasuki/flow";
import type { Block } from "@tasuki/protocol";
import { expect, test } from "vitest";
import { finish, repository, startLocalRelay } from "./local-relay.ts";

// Without --norc, bash takes a socket on stdin for a remote shell's, and reads the machine's bashrc.
const block: Block = { reason: "no", needs: "a hand", owner: "operator", clearsWith: "tasuki retry" };
const [failure, refused] = [
  { attempt: 1, outcome: "failed", reason: "needs-human", at: 0 },
  { ...block, kind: "close" as const, owner: "sg" },
];
/** A run of sg alone, as status says it, with a change of its stage and of itself. */
function statusOf(stage: object, more: Partial<FlowState> = {}): string {
  const state = newFlow({ profile: "cited", payload: { run: "R", from: "local" }, brief: '"conclusion":"closed"', route: ["sg"], now: 0 });
  const stages = state.stages.map((one) => ({ ...one, epoch: 1, rung: "started" as const, attempt: 1, ...stage }));
  return JSON.stringify({ run: toRunStatus({ ...state, stages, ...more }) });
}

// guarantees: R5.concluded
test.for([
  ["an attempt has failed, and another follows", false, statusOf({ failure })],
  ["a role was never reached", false, statusOf({}, { block: { ...block, kind: "unseen", owner: "nano" } })],
  ["a node is late", false, statusOf({ block: { ...block, kind: "scheduleToStart", owner: "sg" } })],
  ["a node is awaited that does not answer", false, statusOf({}, { state: "closing", unreachable: ["sg"] })],
  ["it is closed", true, statusOf({}, { state: "closed" })],
  ["it has failed", true, statusOf({}, { state: "failed" })],
  ["it is cancelled", true, statusOf({}, { state: "cancelled" })],
  ["its intake is blocked", true, statusOf({}, { block: { ...block, kind: "intake" } })],
  ["a stage asks something", true, statusOf({ condition: "blocked", block: { ...block, kind: "question" } })],
  ["a decision is a person's", true, statusOf({ condition: "blocked", block: { ...block, kind: "decision" } })],
  ["a node has refused to archive it", true, statusOf({}, { state: "closing", block: refused, refusals: { sg: refused } })],
] as const)("the README's loop over a run of which %s: does it end? %s", async ([, ends, status]) => {
  const readme = await readFile(join(repository, "README.md"), "utf8");
  const filter = /^until bus [^|]*\| (?<filter>.+); do sleep/m.exec(readme)?.groups?.["filter"];
  if (filter === undefined) throw new Error("README.md polls nothing");
  const { code, stderr } = await finish("bash", ["--norc", "-c", filter], { input: status });
  expect({ code, stderr }).toEqual({ code: ends ? 0 : 1, stderr: "" });
});

test("the README's curl walk-through uploads, starts a run, polls it to closed and prints the final text", async () => {
  const readme = await readFile(join(repository, "README.md"), "utf8");
  const script = /<!-- walkthrough -->\n+```bash\n(?<script>[\s\S]*?)```/.exec(readme)?.groups?.["script"];
  if (script === undefined) throw new Error("README.md has no block marked <!-- walkthrough -->");
  await using relay = await startLocalRelay();
  const cwd = dirname(relay.data);
  await cp(join(repository, "docs/glossary.md"), join(cwd, "docs/glossary.md"));
  const { code, stdout, stderr } = await finish("bash", ["--norc", "-euo", "pipefail", "-c", script], {
    cwd,
    env: { PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}` },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^- contract: jp-final@2$/m);
  expect(stdout).toMatch(/signed statement.*\[C\d+\]/);
});
