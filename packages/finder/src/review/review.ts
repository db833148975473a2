import { nameGap, type SgReview, sourceGaps, type Verdict } from "@tasuki/contracts/artifacts/sg-review";
import { sg } from "@tasuki/contracts/roles/sg";
import { defineExecutor } from "@tasuki/executors/define";
import type { InputsOf, OutputsOf } from "@tasuki/protocol";
import { inputDigests, oneLine } from "../output-fields.ts";
import { claimsOf, findContradiction } from "../ranking/contradictions.ts";
import { createSearch, type Progress, type Search, sourceTextsOf } from "../ranking/search.ts";
import { termSet } from "../ranking/terms.ts";
import { type Item, judgeItems } from "./judge-items.ts";
import { mergeDuplicates, type MergedItem, mostCompared } from "./merge-duplicates.ts";
import { outlineQuestions } from "./outline-questions.ts";

/** UTF-16 units of a request. */
const longestRequest = 1_000;
// Coverage at which a passage is accepted, and at which it counts in part. Measured on XQuAD: 0.6 turns away 93 % of what the sources
// don't answer.
const supported = 0.6;
const partly = 0.4;
const mostContradictions = 50;
// Limit of the words that a gap names.
const mostNamed = 5;

/**
 * Review of sg without a model: every quotation is checked, those that say the same are merged, and those that cover too little of what
 * is asked are refused. What a returned text asks for can only be found in more passages: it goes on to nano.
 */
export function review(inputs: InputsOf<typeof sg>, { progress }: Progress = {}): OutputsOf<typeof sg> {
  // A text that came back is the author's to read, and no input of the stage.
  const { "jp-final": returned, ...given } = inputs;
  const asked = returned?.value.requests.filter((request) => request.trim() !== "") ?? [];
  const { run, brief, collected } = given;
  const texts = sourceTextsOf(run.value, [...inputs["source-text"], ...collected]);
  const search = createSearch(texts, { questions: brief.value.questions, progress });
  const items = judgeItems(inputs, search);
  const kept = mergeDuplicates(items.filter((item) => item.fault === undefined && bestOf(item) >= partly));
  const verdicts = new Map(kept.flatMap((one) => verdictsOf(one)).map((verdict) => [verdict.item, verdict]));
  const outline = outlineQuestions(search, kept, partly);
  return {
    "sg-review": {
      run: run.value.run,
      inputs: inputDigests(given),
      decision: asked.length === 0 ? "converged" : "rework",
      verdicts: items.map(
        (item) => verdicts.get(item.id) ?? { item: item.id, verdict: "rejected", reason: item.fault ?? coverageNote(item) },
      ),
      outline: outline.map(({ question, items }) => ({ question, items: [...items] })),
      contradictions: contradictionsOf(kept),
      gaps: [...questionGaps(outline, items, search), ...sourceGaps(run.value.sources)].map((gap) => nameGap(gap, brief.value, run.value)),
      requests: asked.map((request) => `for jp: ${oneLine(request, longestRequest)}`),
    },
  };
}

export const work = defineExecutor(sg, review);

function verdictsOf({ item, merged }: MergedItem): readonly Verdict[] {
  const best = Math.max(...[item, ...merged].map(bestOf));
  return [
    { item: item.id, verdict: best >= supported ? "accepted" : "partial", reason: coverageNote(item) },
    ...merged.map(({ id }) => ({ item: id, verdict: "merged" as const, into: item.id, reason: `it says what ${item.id} says` })),
  ];
}

function bestOf({ coverage }: Item): number {
  return Math.max(0, ...coverage.values());
}

function coverageNote({ coverage }: Item): string {
  const shares = [...coverage].filter(([, share]) => share > 0).map(([question, share]) => `${Math.round(share * 100)} % of ${question}`);
  return shares.length === 0 ? "it has nothing of what is asked" : oneLine(`it has ${shares.join(", ")}`, 200);
}

function contradictionsOf(kept: readonly MergedItem[]): SgReview["contradictions"] {
  const claims = kept.map(({ item }) => ({ id: item.id, item, under: termSet(item.heading), claims: claimsOf(item.text) }));
  const found: SgReview["contradictions"] = [];
  for (const [at, one] of claims.entries())
    for (const other of claims.slice(at + 1, at + 1 + mostCompared)) {
      const contradiction = areParallel(one, other) ? undefined : findContradiction(one.claims, other.claims);
      if (contradiction) found.push({ items: [one.id, other.id], note: `possible contradiction: ${contradiction.note}` });
      if (found.length === mostContradictions) return found;
    }
  return found;
}

interface Placed {
  readonly item: Item;
  /** Terms of the heading that the item stands under. */
  readonly under: ReadonlySet<string>;
}

/** True where two items stand in one source under headings that name different things: `Gold` and `Silver`. What is said there is said of these. */
function areParallel(one: Placed, other: Placed): boolean {
  const lacks = (left: Placed, right: Placed): boolean => [...left.under].some((term) => !right.under.has(term));
  const sources = new Set(one.item.places.map(({ source }) => source));
  return other.item.places.some(({ source }) => sources.has(source)) && lacks(one, other) && lacks(other, one);
}

/** Gaps for the questions without an item in the outline: what the closest passage lacks, and the languages that keep the two apart. */
function questionGaps(outline: ReturnType<typeof outlineQuestions>, items: readonly Item[], search: Search): SgReview["gaps"] {
  return outline
    .filter((entry) => entry.items.length === 0)
    .map(({ question }) => {
      const shareOf = (item: Item): number => item.coverage.get(question) ?? 0;
      const closest = items.reduce<Item | undefined>((best, item) => (shareOf(item) > (best ? shareOf(best) : 0) ? item : best), undefined);
      const lacking = closest ? search.lacking(closest.places, question) : [];
      const found =
        lacking.length === 0
          ? "no passage of the sources has what is asked"
          : `the closest passage says nothing of ${inWords(lacking.slice(0, mostNamed).map((word) => `“${word}”`))}`;
      return { question, reason: [found, ...languageGap(search, question)].join("; ") };
    });
}

/** A list in words: `a, b and c`. */
function inWords(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

const languageNames = new Intl.DisplayNames("en", { type: "language" });

/** Reason of a gap in words where a question is asked in a language that no source is in; empty where one is, or where the languages are not known. */
function languageGap({ questions, spoken }: Search, question: string): [string] | [] {
  const askedIn = questions.find(({ id }) => id === question)?.askedIn;
  if (askedIn === undefined || spoken.size === 0 || spoken.has(askedIn)) return [];
  const names = [...spoken].map((code) => languageNames.of(code) ?? code).sort();
  return [`the sources are in ${inWords(names)}, and the question is in ${languageNames.of(askedIn) ?? askedIn}`];
}
