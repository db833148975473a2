import type { Unmet } from "../messages/problem.ts";

/**
 * The faults with the line numbers of the drafts: an author sees the file that he wrote, and not the one that was completed from it. A line
 * that completion has added keeps no number. `drafts` and `completed` are texts by file name; files that are in neither keep their lines.
 */
export function inDraftLines(
  unmet: readonly Unmet[],
  { drafts, completed }: { readonly drafts: ReadonlyMap<string, string>; readonly completed: ReadonlyMap<string, string> },
): readonly Unmet[] {
  const places = new Map<string, readonly (number | undefined)[]>();
  return unmet.map((one) => {
    const draft = drafts.get(one.file);
    const text = completed.get(one.file);
    if (one.line === undefined || draft === undefined || text === undefined || draft === text) return one;
    const lines = places.get(one.file) ?? alignLines(linesOf(text), linesOf(draft));
    places.set(one.file, lines);
    const { line, ...rest } = one;
    const at = lines[line - 1];
    return at === undefined ? rest : { ...rest, line: at + 1 };
  });
}

/** Lines as they are compared: completion writes blanks, line ends and the dashes of tables anew. */
function linesOf(text: string): readonly string[] {
  return text.split("\n").map((line) => line.replaceAll(/\s+/g, "").replaceAll(/-{2,}/g, "-"));
}

/**
 * Index in `draft` of each line of `text`; undefined where the draft has no such line. Lines that both have once are the fixed points; between
 * two of them lines are paired from either end as long as they are equal, and what is left in the middle one by one where it is as many.
 */
function alignLines(text: readonly string[], draft: readonly string[]): readonly (number | undefined)[] {
  const at: (number | undefined)[] = text.map(() => undefined);
  const inDraft = onceIn(draft);
  let from = { text: 0, draft: 0 };
  const pair = (end: typeof from): void => {
    let { text: first, draft: other } = from;
    let { text: last, draft: otherLast } = end;
    while (first < last && other < otherLast && text[first] === draft[other]) at[first++] = other++;
    while (first < last && other < otherLast && text[last - 1] === draft[otherLast - 1]) at[--last] = --otherLast;
    if (last - first === otherLast - other) while (first < last) at[first++] = other++;
  };
  for (const [line, index] of onceIn(text)) {
    const found = inDraft.get(line);
    if (found === undefined || found < from.draft) continue;
    pair({ text: index, draft: found });
    at[index] = found;
    from = { text: index + 1, draft: found + 1 };
  }
  pair({ text: text.length, draft: draft.length });
  return at;
}

/** Indexes of the lines that stand in a text once, in its order. */
function onceIn(lines: readonly string[]): ReadonlyMap<string, number> {
  const once = new Map<string, number>();
  const twice = new Set<string>();
  for (const [at, line] of lines.entries()) {
    if (once.has(line)) twice.add(line);
    once.set(line, at);
  }
  for (const line of twice) once.delete(line);
  return once;
}
