import type { Unmet } from "@tasuki/contracts";
import { toLine } from "./plain-text.ts";
import type { Style } from "./style.ts";

/** Everything that is unmet, so that its author can mend it from this alone. */
export function toUnmetLines(unmet: readonly Unmet[], style: Style): string[] {
  return unmet.flatMap(({ file, line, path, expected, got, fix }) => [
    style.bold(`${toLine(file)}${line === undefined ? "" : `:${line}`}${path === undefined ? "" : ` (${toLine(path)})`}`),
    `  expected  ${toLine(expected)}`,
    `  got       ${toLine(got)}`,
    `  fix       ${toLine(fix)}`,
  ]);
}
