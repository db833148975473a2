import type { Document, Unmet } from "@tasuki/protocol";
import type { JpFinal } from "../artifacts/jp-final/jp-final.ts";
import { normaliseSpace } from "../text/sentences.ts";
import { type Statement, statementsOf } from "../text/statements.ts";
import { lettersOf, type Reading, readPassage } from "../text/whole-sentences.ts";
import { place } from "./collect.ts";
import { type Passages, tooMany } from "./quotations.ts";

// Words from which on a stretch of a passage is a quotation of it, whoever wrote it; characters of scripts without spaces.
const leastWords = 5;
const leastCharacters = 12;
// Limit of the places of one text in one passage.
const mostPlaces = 20;
const omitted = "[…]";

/**
 * Checks that what is taken over from a passage, with quotation marks or without, is whole: a sentence is not cut at its start or end, and the
 * sentences of one paragraph keep their order, with `[…]` for what is left out between them.
 */
export function* checkOmissions(final: Document<JpFinal>, passages: Passages): Generator<Unmet> {
  const placesOf = createFinder(passages);
  for (const { heading, text } of final.value.sections) {
    const taken = statementsOf(text).map((statement) => ({ statement, places: placesOf(statement) }));
    if (passages.lookups.gaveUp) return yield tooMany(final);
    for (const [at, { statement, places }] of taken.entries()) {
      const [before, after] = [taken[at - 1], taken[at + 1]];
      const where = () => ({ ...place(final, statement.text.split("\n", 1)[0] ?? ""), path: `sections.${heading}` });
      const isLine = standsAlone(text, statement);
      const isWhole = places.some(
        ({ reading, start, end }) =>
          (isLine && reading.lines.has(start) && reading.lines.has(end)) ||
          ((reading.boundaries.has(start) || before?.places.some((one) => one.reading === reading && one.end === start)) &&
            (reading.boundaries.has(end) || after?.places.some((one) => one.reading === reading && one.start === end))),
      );
      if (!isWhole && places.length > 0 && isQuotation(statement))
        yield {
          ...where(),
          expected: `a sentence of the passage as a whole, or ${omitted} where it is cut`,
          got: statement.text,
          fix: `quote the sentence from its start to its end, or mark what is left out with ${omitted}`,
        };
      if (!before || !isLong(statement.text) || !isLong(before.statement.text)) continue;
      const between = text.slice(before.statement.end, statement.start);
      if (between.includes(omitted) || /\n\s*\n/.test(between) || statement.text.startsWith(omitted)) continue;
      const fault = faultBetween(before.places, places);
      if (fault !== undefined)
        yield {
          ...where(),
          expected: fault === "order" ? "sentences in the order of their passage" : `${omitted} for what the passage has between the two`,
          got: `“${before.statement.text.slice(0, 60)}”, then “${statement.text.slice(0, 60)}”`,
          fix: fault === "order" ? "put them in the passage's order" : `write ${omitted} between them, or quote what is left out`,
        };
    }
    if (passages.lookups.gaveUp) return yield tooMany(final);
  }
}

/** True for a statement that is all of an item or of a line of code: lines of a passage are shown so. */
function standsAlone(text: string, { start, end }: Statement): boolean {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const next = text.indexOf("\n", end);
  const behind = text.slice(end, next === -1 ? text.length : next);
  return /^(?: {4,}|\s*[-*+] )$/.test(text.slice(from, start)) && lettersOf(behind) === "";
}

function isLong(text: string): boolean {
  const said = normaliseSpace(text);
  return (
    said.split(" ").length >= leastWords || (/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u.test(said) && said.length >= leastCharacters)
  );
}

function isQuotation({ text, factual, citations }: Statement): boolean {
  return factual && citations.length > 0 && isLong(text) && !text.includes(omitted);
}

/** Place of a statement in a passage, by positions of its letters. */
interface Place {
  readonly reading: Reading;
  readonly start: number;
  readonly end: number;
}

/** Fault between two neighbouring statements, where both stand in one paragraph of a passage and don't follow one another there. */
function faultBetween(before: readonly Place[], places: readonly Place[]): "order" | "omission" | undefined {
  let fault: "order" | "omission" | undefined;
  for (const { reading, start, end } of places)
    for (const one of before) {
      if (one.reading !== reading) continue;
      if (one.end === start || reading.paragraphAt(one.start) !== reading.paragraphAt(start)) return undefined;
      fault = start > one.end ? "omission" : (fault ?? (end <= one.start ? "order" : "omission"));
    }
  return fault;
}

/** Finder of the places of a statement in the passages of the items that it cites. Each passage is read once. */
function createFinder({ raw, lookups }: Passages): (statement: Statement) => readonly Place[] {
  const known = new Map<string, readonly Reading[]>();
  const readingsOf = (item: string): readonly Reading[] => {
    const readings = known.get(item) ?? (raw.get(item) ?? []).flatMap(readPassage);
    known.set(item, readings);
    return readings;
  };
  return ({ text, citations }) => {
    const letters = lettersOf(text);
    const places: Place[] = [];
    if (letters === "") return places;
    for (const reading of citations.flatMap(readingsOf))
      for (let at = lookups.indexOf(reading.letters, letters); at >= 0; at = lookups.indexOf(reading.letters, letters, at + 1)) {
        places.push({ reading, start: at, end: at + letters.length });
        if (places.length >= mostPlaces) return places;
      }
    return places;
  };
}
