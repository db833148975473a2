// Statuses of a run as main gives them, for tests of what is shown of them.
import type { RunStatus } from "@tasuki/protocol";

export const runId = "01a20ed8-8597-756e-8e5f-b0ba1c5c733f";
export const began = Date.parse("2026-11-24T12:00:00.000Z");
export const at = (seconds: number): string => new Date(began + seconds * 1000).toISOString();

/** A run whose first stage is verified and whose second works; `more` overrides. */
export function exampleStatus(more: Partial<RunStatus> = {}): RunStatus {
  const output = { name: "candidate-list.md", contract: "candidate-list@1", size: 1_945, sha256: "a".repeat(64) };
  return {
    id: runId,
    state: "open",
    epoch: 1,
    profile: "cited",
    brief: "What is a receipt?",
    createdAt: at(0),
    stages: [
      {
        stage: "nano",
        epoch: 1,
        rung: "verified",
        condition: "waiting",
        attempt: 1,
        producer: "embedded/1",
        times: { dispatched: at(0.4), accepted: at(0.5), started: at(0.6), produced: at(1.2), "handed-off": at(1.4), verified: at(2) },
        outputs: [output],
      },
      {
        stage: "sg",
        epoch: 1,
        rung: "started",
        awaits: { rung: "produced", from: "sg" },
        condition: "running",
        attempt: 1,
        times: { dispatched: at(1.2), accepted: at(1.4), started: at(1.5) },
        outputs: [],
      },
      {
        stage: "jp",
        epoch: 1,
        rung: "waiting",
        awaits: { rung: "dispatched", from: "sg" },
        condition: "waiting",
        attempt: 0,
        times: {},
        outputs: [],
      },
    ],
    sources: [{ name: "S1.md", label: "README.md" }],
    awaits: [],
    ...more,
  };
}

/** Status of the run of `exampleStatus`, blocked at sg. */
export function blockedStatus(): RunStatus {
  const status = exampleStatus();
  const block = {
    reason: "the files break their contracts",
    needs: "the cause mended, then a retry",
    owner: "operator",
    clearsWith: `tasuki retry ${runId} --from sg`,
    unmet: [{ file: "sg-review.md", line: 12, expected: "a verdict", got: "maybe", fix: "write accepted, partial, rejected or merged" }],
  };
  return { ...status, stages: status.stages.map((one) => (one.stage === "sg" ? { ...one, condition: "blocked" as const, block } : one)) };
}
