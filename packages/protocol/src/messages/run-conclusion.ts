import type { RunConclusion, RunState, RunStatus } from "./answers.ts";
import type { Block } from "./block.ts";

/** True once nothing changes a run any more. */
export function hasEnded({ state }: { readonly state: RunState }): boolean {
  return state === "closed" || state === "failed" || state === "cancelled";
}

/**
 * Conclusion of a run: how it has ended, or `needs-human` where it is paused or does not go on without a person; undefined while it goes on by itself. It is
 * what main's status says; of a main of an earlier release, whose status does not say it, what follows from the blocks.
 */
export function conclusionOf(status: RunStatus): RunConclusion | undefined {
  if (status.conclusion !== undefined) return status.conclusion;
  const { state } = status;
  if (state === "closed" || state === "failed" || state === "cancelled") return state;
  if (status.paused !== undefined) return "needs-human";
  return blocksOf(status).some(({ needsHuman }) => needsHuman) ? "needs-human" : undefined;
}

/** Block of a run, and where it stands. */
export interface RunBlock {
  /** The stage that is blocked; `main` for the run's own block. */
  readonly where: string;
  readonly block: Block;
  /** False where a fact will clear the block, such as a node that comes back. */
  readonly needsHuman: boolean;
}

/** The blocks of a run, its own before those of its stages. A run that has ended, or is being cancelled, has none: nothing clears those that it had. */
export function blocksOf(status: RunStatus): readonly RunBlock[] {
  return isOver(status) ? [] : blocksIn(status);
}

/** The blocks that a run had when it ended; none of one that goes on. */
export function pastBlocksOf(status: RunStatus): readonly RunBlock[] {
  return isOver(status) ? blocksIn(status) : [];
}

function isOver(status: RunStatus): boolean {
  return hasEnded(status) || status.state === "cancelling";
}

function blocksIn({ state, block, stages }: RunStatus): readonly RunBlock[] {
  const own = block === undefined ? [] : [{ where: "main", block, needsHuman: needsHuman(block, state) }];
  const others = stages.flatMap(({ stage, block: one, condition }) =>
    one === undefined ? [] : [{ where: stage, block: one, needsHuman: condition === "blocked" || needsHuman(one, state) }],
  );
  return [...own, ...others];
}

/** True where a block waits for a person, in an open run or a closing one. What else clears a block is a fact: a role or a node that comes back. */
function needsHuman({ kind, owner }: Block, state: RunState): boolean {
  // A block without a kind is from the first releases. There the owner says it; but a node that has refused to archive is not asked again by itself.
  if (kind === undefined) return owner === "operator" || state === "closing";
  return kind !== "unseen" && kind !== "scheduleToStart";
}
