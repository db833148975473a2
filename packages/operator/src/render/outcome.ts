import type { Block, RunStatus, StageStatus } from "@tasuki/contracts";
import { toLine } from "./plain-text.ts";

export type RunOutcome = "closed" | "failed" | "cancelled" | "needs-human";

/** How a run ended, or that it will not go on without a person; undefined while it goes on by itself. */
export function outcomeOf(status: RunStatus): RunOutcome | undefined {
  if (status.state === "closed" || status.state === "failed" || status.state === "cancelled") return status.state;
  return blocksOf(status).some((block) => block.needsHuman) ? "needs-human" : undefined;
}

export interface ShownBlock {
  /** The stage; `main` for the run's own. */
  readonly where: string;
  readonly block: Block;
  /** False where a fact will clear it, such as a node that comes back. */
  readonly needsHuman: boolean;
}

/** Why, for a line that names the stage already. */
export function reasonOf({ where, block: { reason } }: Pick<ShownBlock, "where" | "block">): string {
  return toLine(reason.startsWith(`${where}: `) ? reason.slice(where.length + 2) : reason);
}

/** Every block of a run, its own first. */
export function blocksOf({ state, block, stages }: RunStatus): readonly ShownBlock[] {
  const own = block === undefined ? [] : [{ where: "main", block, needsHuman: block.owner === "operator" || state === "closing" }];
  return [...own, ...stages.flatMap((stage) => stageBlock(stage) ?? [])];
}

function stageBlock({ stage, block, condition }: StageStatus): ShownBlock | undefined {
  return block && { where: stage, block, needsHuman: condition === "blocked" || block.owner === "operator" };
}
