import type { Document, Unmet } from "@tasuki/protocol";
import type { DeRawOutput, RawBlock } from "../artifacts/de-raw-output/de-raw-output.ts";
import type { CandidateList } from "../artifacts/candidate-list/candidate-list.ts";
import { type JpFinal, namesOf, type Reference, type SourceName } from "../artifacts/jp-final/jp-final.ts";
import type { Run } from "../artifacts/run/run.ts";
import { type SgReview, usableItems } from "../artifacts/sg-review/sg-review.ts";
import { boilerplate, citationsIn, statementsOf } from "../text/statements.ts";
import { place } from "./collect.ts";

// Limit of the passages that a fault names.
const mostShown = 10;

/** Checks the profile `cited`: every factual sentence of the sections ends with citations. */
export function* checkCitedSentences(final: Document<JpFinal>): Generator<Unmet> {
  for (const { heading, text } of final.value.sections)
    for (const statement of statementsOf(text)) {
      if (!statement.factual || statement.citations.length > 0) continue;
      yield {
        ...place(final, statement.text.split("\n", 1)[0] ?? ""),
        path: `sections.${heading}`,
        expected: "citations such as [C1] at the end of every factual sentence",
        got: statement.text,
        fix: `cite the accepted items that say it, leave it out, or write '${boilerplate.notFound}'`,
      };
    }
}

/**
 * Checks that every citation is of an accepted item and has a reference, and that every reference is to a passage of such an item, with its
 * source, place and digest.
 */
export function* checkReferences(final: Document<JpFinal>, raw: Document<DeRawOutput>, review: Document<SgReview>): Generator<Unmet> {
  const usable = usableItems(review.value);
  const blocksOf = Map.groupBy(raw.value.blocks, ({ candidate }) => candidate);
  const places = new Set(raw.value.blocks.flatMap(placesOf));
  const referenced = new Set(final.value.references.map(({ item }) => item));
  for (const item of citedItems(final.value)) {
    const at = () => ({ ...place(final, `[${item}]`), path: `citations.${item}` });
    if (!usable.has(item))
      yield { ...at(), expected: `an item that ${review.name} accepts`, got: item, fix: `cite an accepted item instead of ${item}` };
    else if (!referenced.has(item))
      yield { ...at(), expected: `a reference for ${item}`, got: "none", fix: "leave the References to completion, or add it" };
  }
  for (const reference of final.value.references) {
    const at = () => ({ ...place(final, reference.item, reference.sha256), path: `references.${reference.item}` });
    if (!usable.has(reference.item)) {
      yield { ...at(), expected: `an item that ${review.name} accepts`, got: reference.item, fix: "leave this reference out" };
      continue;
    }
    if (places.has(placeOf(reference))) continue;
    const blocks = blocksOf.get(reference.item) ?? [];
    yield {
      ...at(),
      expected: `a passage of ${reference.item}: ${blocks.slice(0, mostShown).map(describe).join("; ")}`,
      got: `${reference.source}, ${reference.locator}, sha256 ${reference.sha256}`,
      fix: "leave the References to completion",
    };
  }
}

/** Checks that every source that is referred to has its name: its label in run.json, or for what was collected its row in the candidate list. */
export function* checkSourceNames(final: Document<JpFinal>, run: Run, list: CandidateList): Generator<Unmet> {
  const given = new Map(final.value.sources.map((source) => [source.id, source]));
  const used = new Set(final.value.references.map(({ source }) => source));
  for (const name of namesOf(used, run, list)) {
    const own = given.get(name.id);
    if (own && own.name === name.name && own.origin === name.origin && own.fetched === name.fetched) continue;
    yield {
      ...place(final, `- ${name.id}: `),
      path: `sources.${name.id}`,
      expected: toLine(name),
      got: toLine(own),
      fix: "leave the Record to completion",
    };
  }
}

function toLine({ name = "", origin = "", fetched = "" }: Partial<SourceName> = {}): string {
  return [name, origin, fetched].filter((one) => one.trim() !== "").join(", ") || "no name";
}

function citedItems(final: JpFinal): ReadonlySet<string> {
  return new Set(final.sections.flatMap(({ text }) => citationsIn(text).flatMap(({ items }) => items)));
}

/** The place that a reference names: a page, or lines, or both. */
function placeOf({ item, source, locator, sha256 }: Reference): string {
  const [, page = "", first = "", last = first] = /^(?:page ([0-9]+))?(?:, )?(?:lines? ([0-9]+)(?:[-–]([0-9]+))?)?/.exec(locator) ?? [];
  return [item, source, sha256, ...[page, first, last].map((number) => number && Number(number))].join(" ");
}

/** The places by which a reference may name a block. */
function placesOf({ candidate, source, page, lines, sha256 }: RawBlock): string[] {
  const whole = [candidate, source, sha256].join(" ");
  const range = `${lines.first} ${lines.last}`;
  return [`${whole}  ${range}`, ...(page === undefined ? [] : [`${whole} ${page}  `, `${whole} ${page} ${range}`])];
}

function describe({ source, lines, page, sha256 }: RawBlock): string {
  return `${source}, ${page === undefined ? "" : `page ${page}, `}lines ${lines.first}-${lines.last}, sha256 ${sha256}`;
}
