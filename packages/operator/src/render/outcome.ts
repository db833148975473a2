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

/** The blocks of a run, its own before those of its stages. A run that has ended has none: nothing clears those that it had. */
export function blocksOf(status: RunStatus): readonly ShownBlock[] {
  return hasEnded(status) ? [] : blocksIn(status);
}

/** The blocks that a run had when it ended; none of one that goes on. */
export function pastBlocksOf(status: RunStatus): readonly ShownBlock[] {
  return hasEnded(status) ? blocksIn(status) : [];
}

function hasEnded({ state }: RunStatus): boolean {
  return state === "closed" || state === "failed" || state === "cancelled";
}

function blocksIn({ state, block, stages }: RunStatus): readonly ShownBlock[] {
  const own = block === undefined ? [] : [{ where: "main", block, needsHuman: needsOperator(block) || state === "closing" }];
  return [...own, ...stages.flatMap((stage) => stageBlock(stage) ?? [])];
}

function stageBlock({ stage, block, condition }: StageStatus): ShownBlock | undefined {
  return block && { where: stage, block, needsHuman: condition === "blocked" || needsOperator(block) };
}

/** A command to type, from its words: `pnpm tasuki retry RUN --data 'my folder'`. */
export type Next = (...words: readonly string[]) => string;

/** A block in lines: its reason, what it needs, who acts, what clears it, and what is unmet. Without `next` nothing can be typed any more. */
export function toBlock(shown: ShownBlock, { style, next }: { readonly style: Style; readonly next: Next | undefined }): Words[] {
  const { where, block, needsHuman } = shown;
  const paint = needsHuman ? style.bad : style.warn;
  return [
    paint(`${where} ${needsHuman ? "is blocked" : "is held up"}: ${reasonOf(shown)}`),
    `  needs       ${toLine(block.needs)}`,
    `  who acts    ${toLine(block.owner)}`,
    ...(next === undefined ? [] : [`  clears with ${toTyped(block.clearsWith, next)}`]),
    ...toUnmetLines(block.unmet ?? [], style).map((words) => line`  ${words}`),
  ];
}

/** The block of a run that has ended, as it was. */
export function toPastBlock(shown: ShownBlock, style: Style): Words[] {
  const { where, block } = shown;
  return [`${where} was blocked: ${reasonOf(shown)}`, ...toUnmetLines(block.unmet ?? [], style).map((words) => line`  ${words}`)];
}

/** Words of main with its commands as they are typed here: main knows neither the folder that its operator names, nor how the program is called. */
export function toTyped(words: string, next: Next): string {
  return toLine(words).replaceAll(
    /(^|\s)tasuki ([a-z]+ [0-9a-f-]{36}(?: --[a-z]+ [a-z0-9-]+)*)/g,
    (_, before: string, typed: string) => `${before}${next(...typed.split(" "))}`,
  );
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
