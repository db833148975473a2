import type { RunBlock, Unmet } from "@tasuki/protocol";
import { toLine } from "./plain-text.ts";
import { line, type Style, type Words } from "./style.ts";

/** The reason of a block, for a line that names the stage already. */
export function reasonOf({ where, block: { reason } }: Pick<RunBlock, "where" | "block">): string {
  return toLine(reason.startsWith(`${where}: `) ? reason.slice(where.length + 2) : reason);
}

/** A command to type, from its words: `pnpm tasuki retry RUN --data 'my folder'`. */
export type Next = (...words: readonly string[]) => string;

/** A block in lines: its reason, what it needs, who acts, what clears it, and what is unmet. Without `next` nothing can be typed any more. */
export function toBlock(shown: RunBlock, { style, next }: { readonly style: Style; readonly next: Next | undefined }): Words[] {
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
export function toPastBlock(shown: RunBlock, style: Style): Words[] {
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
