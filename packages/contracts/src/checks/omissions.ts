import type { Document, Unmet } from "@tasuki/protocol";
import type { JpFinal } from "../artifacts/jp-final/jp-final.ts";
import { normaliseSpace, splitSentences } from "../text/sentences.ts";
import { type Statement, statementsOf } from "../text/statements.ts";
import { place } from "./collect.ts";
import { isVerbatim, type Passages, tooMany } from "./quotations.ts";

// Words from which on a stretch of a passage is a quotation of it, whoever wrote it; characters of scripts without spaces.
const leastWords = 5;
const leastCharacters = 12;

/**
 * Checks that what is taken over from a passage, with quotation marks or without, is whole: a sentence is not cut at its start or end, and
 * neighbouring sentences of one paragraph keep their order, with `[…]` for what is left out between them.
 */
export function* checkOmissions(final: Document<JpFinal>, passages: Passages): Generator<Unmet> {
  const units = createUnits(passages);
  for (const { heading, text } of final.value.sections) {
    let before: { readonly statement: Statement; readonly found: Found } | undefined;
    for (const statement of statementsOf(text)) {
      const at = () => ({ ...place(final, statement.text.split("\n", 1)[0] ?? ""), path: `sections.${heading}` });
      const said = bare(statement.text);
      const isLong =
        said.split(" ").length >= leastWords ||
        (/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u.test(said) && said.length >= leastCharacters);
      const found = isLong ? units.find(said, statement.citations) : undefined;
      if (
        found === undefined &&
        isLong &&
        statement.factual &&
        statement.citations.length > 0 &&
        isVerbatim(said, statement.citations, passages)
      ) {
        if (!units.isWhole(statement.text, statement.citations))
          yield {
            ...at(),
            expected: "a sentence of the passage as a whole, or […] where it is cut",
            got: statement.text,
            fix: "quote the sentence from its start to its end, or mark what is left out with […]",
          };
      }
      if (passages.lookups.gaveUp) return yield tooMany(final);
      if (found && before?.found.paragraph === found.paragraph) {
        const between = text.slice(before.statement.end, statement.start);
        if (!between.includes("[…]") && !/\n[ \t\r]*\n/.test(between) && !statement.text.startsWith("[…]")) {
          const isLater = found.at > before.found.at;
          if (!isLater || found.at > before.found.at + 1)
            yield {
              ...at(),
              expected: isLater ? "[…] for what the passage has between the two sentences" : "sentences in the order of their passage",
              got: `“${before.statement.text.slice(0, 60)}”, then “${statement.text.slice(0, 60)}”`,
              fix: isLater ? "write […] between them, or quote what is left out" : "put them in the passage's order",
            };
        }
      }
      before = found && { statement, found };
    }
  }
}

/** Place of a sentence in a passage: its paragraph, and its number there. */
interface Found {
  readonly paragraph: object;
  readonly at: number;
}

/** Sentences, rows and lines of the passages, each read once. */
function createUnits({ raw }: Passages) {
  const known = new Map<string, ReadonlyMap<string, Found>>();
  const unitsOf = (item: string): ReadonlyMap<string, Found> => {
    const units = known.get(item) ?? new Map((raw.get(item) ?? []).flatMap(readUnits).toReversed());
    known.set(item, units);
    return units;
  };
  const find = (said: string, items: readonly string[]): Found | undefined => {
    for (const item of items) {
      const found = unitsOf(item).get(said);
      if (found) return found;
    }
    return undefined;
  };
  return {
    find,
    /** True for a text whose sentences are all whole. */
    isWhole: (text: string, items: readonly string[]): boolean =>
      text.includes("[…]") ||
      splitSentences(text).every(({ start, end }) => {
        const said = bare(text.slice(start, end));
        return said === "" || find(said, items) !== undefined;
      }),
  };
}

function readUnits(passage: string): (readonly [string, Found])[] {
  const units: (readonly [string, Found])[] = [];
  for (const text of passage.split(/\n[ \t\r]*\n|\n(?=[ \t]*(?:[-*+•|#]|\d{1,3}[.)])[ \t])/)) {
    const paragraph = {};
    const sentences = splitSentences(text);
    for (const [at, { start, end }] of sentences.entries()) units.push([bare(text.slice(start, end)), { paragraph, at }]);
    // Lines of code and of tables stand by themselves.
    if (isLaidOut(text)) for (const line of text.split("\n")) units.push([bare(line), { paragraph: {}, at: 0 }]);
  }
  return units;
}

/** True for lines that are no prose: columns, code. */
function isLaidOut(text: string): boolean {
  return /^\s*(?:\||```|~~~)|\S {3,}\S| \| |[{};=]\s*$/m.test(text);
}

/** A sentence without the marks around it: those of lists, quotations, brackets and emphasis, and its full stop. */
function bare(text: string): string {
  return normaliseSpace(text)
    .replace(/^(?:(?![%‰§&])[\p{P}+|`~^<>=\s]|\d{1,3}[.)]\s)+/u, "")
    .replace(/(?:(?![%‰§&])[\p{P}|`~^<>=\s])+$/u, "");
}
