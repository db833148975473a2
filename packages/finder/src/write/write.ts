import { boilerplate, citationsIn } from "@tasuki/contracts";
import { subjectOf } from "@tasuki/contracts/artifacts/brief";
import { locatorOf, type RawBlock } from "@tasuki/contracts/artifacts/de-raw-output";
import { namesOf, type Reference } from "@tasuki/contracts/artifacts/jp-final";
import type { Run } from "@tasuki/contracts/artifacts/run";
import { type Gap, nameGap, type SgReview, sourceGaps } from "@tasuki/contracts/artifacts/sg-review";
import { jp } from "@tasuki/contracts/roles/jp";
import { defineExecutor } from "@tasuki/executors/define";
import type { InputsOf, OutputsOf } from "@tasuki/protocol";
import { inputDigests } from "../output-fields.ts";
import { claimsOf, findContradiction } from "../ranking/contradictions.ts";
import { acceptText } from "./accept-text.ts";
import { acceptedIn, type Answer, answerQuestion } from "./answer-question.ts";
import { citePassage } from "./cite-passage.ts";

const mostPairs = 20;
const mostCompared = 50;

/**
 * Writing of jp without a model: the accepted passages are compiled question by question, every sentence is cited, and what was not found
 * is said to be.
 */
export function write(inputs: InputsOf<typeof jp>): OutputsOf<typeof jp> {
  const { run, brief } = inputs;
  const review = inputs["sg-review"].value;
  const raw = inputs["de-raw-output"].value;
  const usable = new Set(review.verdicts.flatMap(({ item, verdict }) => (verdict === "accepted" || verdict === "partial" ? [item] : [])));
  const blocks = Map.groupBy(
    raw.blocks.filter(({ candidate }) => usable.has(candidate)),
    ({ candidate }) => candidate,
  );
  const accepted = acceptedIn(review, { blocks, candidates: inputs["candidate-list"].value.candidates });
  const answers = brief.value.questions.map((question) => answerQuestion(question, accepted));
  const answered = answers.map(({ section }) => section);
  const contradictions = contradictionsSection(review.contradictions, { blocks, cited: citedItems(answered) });
  const sections = contradictions ? [...answered, contradictions] : answered;
  const cited = citedItems(sections);
  const gaps = finalGaps(answers, { declared: review.gaps, sources: run.value.sources }).map((gap) => nameGap(gap, brief.value, run.value));
  const references = referencesTo(cited, blocks);
  const checks = acceptText(sections, { blocks, cited, answers, gaps });
  const failed = checks.filter(({ result }) => result === "failed");
  return {
    "jp-final": {
      run: run.value.run,
      profile: run.value.profile,
      inputs: inputDigests(inputs),
      decision: failed.length === 0 ? "accepted" : "returned",
      title: subjectOf(brief.value),
      sections,
      references,
      sources: namesOf(
        references.map(({ source }) => source),
        run.value,
        inputs["candidate-list"].value,
      ),
      acceptance: { checks, gaps },
      requests: failed.map(({ name, detail }) => `mend this: ${name}: ${detail}`),
    },
  };
}

export const work = defineExecutor(jp, write);

/** Items that sections cite, in the order in which they come up. */
function citedItems(sections: readonly { readonly text: string }[]): ReadonlySet<string> {
  return new Set(sections.flatMap(({ text }) => citationsIn(text).flatMap(({ items }) => items)));
}

/** Section with both sides of each possible contradiction that touches a cited item; undefined where there is none to show. */
function contradictionsSection(
  contradictions: SgReview["contradictions"],
  { blocks, cited }: { blocks: ReadonlyMap<string, readonly RawBlock[]>; cited: ReadonlySet<string> },
): { heading: string; text: string } | undefined {
  const sideOf = createSides(blocks);
  const touching = contradictions.filter(({ items }) => items.some((item) => cited.has(item)));
  const pairs = touching.slice(0, mostCompared).flatMap(({ items: [one, other] }) => {
    const [left, right] = [sideOf(one), sideOf(other)];
    const { sentences } = findContradiction(left.claims, right.claims) ?? {};
    const sides = sentences ? [citePassage(sentences[0], one), citePassage(sentences[1], other)] : [left.cited, right.cited];
    return sides.some((side) => side === undefined) ? [] : [`${boilerplate.contradiction}\n\n${sides.join("\n\n")}`];
  });
  return pairs.length === 0 ? undefined : { heading: "Possible contradictions", text: pairs.slice(0, mostPairs).join("\n\n") };
}

/** Reader of the items that may contradict each other, each once: its claims, and its passages with citations. */
function createSides(blocks: ReadonlyMap<string, readonly RawBlock[]>) {
  const toSide = (item: string) => {
    const text = (blocks.get(item) ?? []).map(({ text }) => text).join("\n\n");
    return { claims: claimsOf(text), cited: citePassage(text, item) };
  };
  const known = new Map<string, ReturnType<typeof toSide>>();
  return (item: string) => {
    const side = known.get(item) ?? toSide(item);
    known.set(item, side);
    return side;
  };
}

/** Gaps that the review declares, and those that it left open: questions without an answer, and sources that could not be read. */
function finalGaps(answers: readonly Answer[], { declared, sources }: { declared: readonly Gap[]; sources: Run["sources"] }): Gap[] {
  const known = new Set(declared.map(({ question }) => /^\s*([QSN][1-9][0-9]{0,4})(?!\w)/.exec(question)?.[1]));
  const unanswered = answers
    .filter(({ answered }) => !answered)
    .map(({ question }) => ({ question, reason: "nothing that was accepted for it can be quoted" }));
  return [...declared, ...[...unanswered, ...sourceGaps(sources)].filter(({ question }) => !known.has(question))];
}

/** References to the passages of each cited item, with their digests. */
function referencesTo(items: ReadonlySet<string>, blocks: ReadonlyMap<string, readonly RawBlock[]>): Reference[] {
  return [...items].flatMap((item) =>
    (blocks.get(item) ?? []).map((block) => ({ item, source: block.source, locator: locatorOf(block), sha256: block.sha256 })),
  );
}
