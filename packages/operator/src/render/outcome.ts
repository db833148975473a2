import { type Block, needsOperator, type RunStatus, type StageStatus, type Unmet } from "@tasuki/protocol";
import { toLine } from "./plain-text.ts";
import { line, type Style, type Words } from "./style.ts";

export type RunOutcome = "closed" | "failed" | "cancelled" | "needs-human";

/** The outcome of a run: how it ended, or `needs-human` where it will not go on without a person; undefined while it goes on by itself. */
export function outcomeOf(status: RunStatus): RunOutcome | undefined {
  if (status.state === "closed" || status.state === "failed" || status.state === "cancelled") return status.state;
  return blocksOf(status).some((block) => block.needsHuman) ? "needs-human" : undefined;
}

export interface ShownBlock {
  /** The stage that is blocked; `main` for the run's own block. */
  readonly where: string;
  readonly block: Block;
  /** False where a fact will clear the block, such as a node that comes back. */
  readonly needsHuman: boolean;
}

/** The reason of a block, for a line that names the stage already. */
export function reasonOf({ where, block: { reason } }: Pick<ShownBlock, "where" | "block">): string {
  return toLine(reason.startsWith(`${where}: `) ? reason.slice(where.length + 2) : reason);
}

/** The blocks of a run, its own before those of its stages. */
export function blocksOf({ state, block, stages }: RunStatus): readonly ShownBlock[] {
  // The stages of a run that has ended keep the blocks that they had, which nothing clears any more.
  if (state === "closed" || state === "failed" || state === "cancelled") return [];
  const own = block === undefined ? [] : [{ where: "main", block, needsHuman: needsOperator(block) || state === "closing" }];
  return [...own, ...stages.flatMap((stage) => stageBlock(stage) ?? [])];
}

function stageBlock({ stage, block, condition }: StageStatus): ShownBlock | undefined {
  return block && { where: stage, block, needsHuman: condition === "blocked" || needsOperator(block) };
}

/** A block in lines: its reason, what it needs, who acts, what clears it, and what is unmet. */
export function toBlock(shown: ShownBlock, style: Style): Words[] {
  const { where, block, needsHuman } = shown;
  const paint = needsHuman ? style.bad : style.warn;
  return [
    paint(`${where} ${needsHuman ? "is blocked" : "is held up"}: ${reasonOf(shown)}`),
    `  needs       ${toLine(block.needs)}`,
    `  who acts    ${toLine(block.owner)}`,
    `  clears with ${toLine(block.clearsWith)}`,
    ...toUnmetLines(block.unmet ?? [], style).map((words) => line`  ${words}`),
  ];
}

/** Unmet expectations, four lines each: an author can mend the file from these alone. */
export function toUnmetLines(unmet: readonly Unmet[], style: Style): Words[] {
  return unmet.flatMap(({ file, line: at, path, expected, got, fix }) => [
    style.bold(`${toLine(file)}${at === undefined ? "" : `:${at}`}${path === undefined ? "" : ` (${toLine(path)})`}`),
    `  expected  ${toLine(expected)}`,
    `  got       ${toLine(got)}`,
    `  fix       ${toLine(fix)}`,
  ]);
}
