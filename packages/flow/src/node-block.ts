import type { Block, Unmet } from "@tasuki/protocol";

/** Block that a node raises, as far as it knows of it. Reason, outcome and unmet lines are the node's words. */
export interface RaisedBlock {
  readonly kind: "intake" | "node" | "question" | "hand-off";
  readonly run: string;
  readonly stage: string;
  readonly reason: string;
  /** Outcome of the last attempt, by which it is told what a further one needs. */
  readonly outcome?: string | undefined;
  readonly unmet?: readonly Unmet[] | undefined;
}

/**
 * Block that a node raises. Who acts, what is needed and which command clears it are composed here, on the node and again on main from the
 * receipt: no other machine chooses what main tells its operator to type.
 */
export function nodeBlock({ kind, run, stage, reason, outcome, unmet = [] }: RaisedBlock): Block {
  return {
    kind,
    reason,
    needs: kind === "hand-off" ? "its cause mended (the answer names it), then another try" : needsAfter(outcome),
    owner: "operator",
    clearsWith: clearing(kind, { run, stage }),
    ...(unmet.length > 0 && { unmet: [...unmet] }),
  };
}

function clearing(kind: RaisedBlock["kind"], { run, stage }: Pick<RaisedBlock, "run" | "stage">): string {
  if (kind === "question") return `tasuki answer ${run} "TEXT"`;
  return kind === "node" ? `tasuki retry ${run} --from ${stage}` : `tasuki retry ${run}`;
}

/** Needs of a further attempt, by the outcome of the last one. A later release may have outcomes that this one doesn't know. */
function needsAfter(outcome = ""): string {
  switch (outcome) {
    case "contract-violation":
      return "outputs that keep the contracts of the stage: mend the executor, then retry";
    case "needs-human":
      return "an answer";
    case "misconfigured":
      return "what the reason names mended: the executor in the node's config.jsonc, or the app's work.ts; then the node started again, and a retry";
    case "output-limit":
      return "an executor that writes less";
    case "no-output":
      return "an executor that writes the files of the stage to out/";
    case "timed-out":
      return "an executor that ends in time, or more time: 'startToClose' in the clocks of another run, and executor.timeoutMs in its node's config.jsonc where that is set";
    case "stalled":
      return "signs of work in time, or more patience: executor.silenceMs in its node's config.jsonc, of a command; 'heartbeat' in the clocks of another run, of any other executor";
    default:
      return "the cause mended (the reason names it), then a retry";
  }
}
