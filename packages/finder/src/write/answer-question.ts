import { boilerplate, normaliseSpace, splitSentences } from "@tasuki/contracts";
import type { Question } from "@tasuki/contracts/artifacts/brief";
import type { Candidate } from "@tasuki/contracts/artifacts/candidate-list";
import type { RawBlock } from "@tasuki/contracts/artifacts/de-raw-output";
import type { SgReview } from "@tasuki/contracts/artifacts/sg-review";
import { oneLine } from "../output-fields.ts";
import { areDifferent, type Claim, claimsOf } from "../ranking/contradictions.ts";
import { citePassage } from "./cite-passage.ts";

/** Answer of the text to one question. */
export interface Answer {
  /** Id of the question. */
  readonly question: string;
  /** True where the section cites an item. */
  readonly answered: boolean;
  readonly section: { readonly heading: string; readonly text: string };
}

/** Items that a review accepted, with their citations, for all questions. */
export interface Accepted {
  /** Items that the outline has for each question. */
  readonly items: ReadonlyMap<string, readonly string[]>;
  /** Items that answer in part only. */
  readonly partial: ReadonlySet<string>;
  /** The passages of an item, cited; undefined where nothing of them can be quoted. */
  readonly cited: (item: string) => string | undefined;
  /** Source of an item's first passage, and the byte where it begins there. */
  readonly placeOf: (item: string) => { readonly source: string; readonly first: number };
  /** Heading that an item stands under, and its sentences: two that say different things are told apart by it. */
  readonly standing: (item: string) => { readonly heading: string; readonly claims: readonly Claim[] };
}

const mostItems = 3;
// Limit of the passages that are quoted of an item.
const mostPassages = 20;
const headingLength = 160;

/**
 * Answer to a question: up to three items of the outline, a paragraph each. Those of one source stand in the source's order, and sources in the
 * order of their best item. The first is the best answer, or a line says which one is. Where two of them say different things, each stands below its heading.
 * It says plainly where they answer in part only, or where there are none.
 */
export function answerQuestion({ id, text }: Question, { items, partial, cited, placeOf, standing }: Accepted): Answer {
  const quoted: { item: string; text: string }[] = [];
  for (const item of new Set(items.get(id))) {
    if (quoted.length === mostItems) break;
    const text = cited(item);
    if (text !== undefined) quoted.push({ item, text });
  }
  const bySource = Map.groupBy(quoted, ({ item }) => placeOf(item).source);
  const ordered = [...bySource.values()].flatMap((own) =>
    own.toSorted((one, other) => placeOf(one.item).first - placeOf(other.item).first),
  );
  const [best] = quoted;
  const toHeading = (item: string): string[] => {
    const { heading, claims } = standing(item);
    const others = quoted.map((other) => standing(other.item)).filter((other) => other.heading !== heading);
    return heading !== "" && others.some((other) => areDifferent(claims, other.claims)) ? [leadIn(heading)] : [];
  };
  const paragraphs = ordered.flatMap((one, at) => [
    ...(one === best && at > 0 ? [boilerplate.best] : []),
    ...toHeading(one.item),
    one.text,
  ]);
  if (quoted.length === 0) paragraphs.unshift(boilerplate.notFound);
  else if (quoted.every(({ item }) => partial.has(item))) paragraphs.unshift(boilerplate.partial);
  return {
    question: id,
    answered: quoted.length > 0,
    // The heading has the question's id, so that it can't be taken for that of another part of the file.
    section: { heading: `${id}: ${oneLine(text, headingLength)}`, text: paragraphs.join("\n\n") },
  };
}

/** Acceptances of a review among raw passages. Each item's passages are cited once, for however many questions it answers. */
export function acceptedIn(
  { outline, verdicts }: SgReview,
  { blocks, candidates }: { readonly blocks: ReadonlyMap<string, readonly RawBlock[]>; readonly candidates: readonly Candidate[] },
): Accepted {
  const known = new Map<string, string | undefined>();
  const titles = new Map(candidates.map(({ id, title }) => [id, title]));
  const stands = new Map<string, ReturnType<Accepted["standing"]>>();
  const cite = (item: string): string | undefined => {
    const passages = (blocks.get(item) ?? []).slice(0, mostPassages).toSorted((one, other) => one.bytes.first - other.bytes.first);
    const cited = passages.flatMap(({ text }) => citePassage(text, item) ?? []);
    return cited.length === 0 ? undefined : cited.join("\n\n");
  };
  return {
    // The last entry of a key wins: in reverse, that is the first of a question which stands twice.
    items: new Map(outline.map(({ question, items }) => [question, items] as const).toReversed()),
    partial: new Set(verdicts.flatMap(({ item, verdict }) => (verdict === "partial" ? [item] : []))),
    placeOf(item) {
      const [first] = (blocks.get(item) ?? []).toSorted((one, other) => one.bytes.first - other.bytes.first);
      return { source: first?.source ?? "", first: first?.bytes.first ?? 0 };
    },
    standing(item) {
      const text = (blocks.get(item) ?? []).map(({ text }) => text).join("\n\n");
      const found = stands.get(item) ?? { heading: headingOf(titles.get(item) ?? "", text), claims: claimsOf(text) };
      stands.set(item, found);
      return found;
    },
    cited(item) {
      if (!known.has(item)) known.set(item, cite(item));
      return known.get(item);
    },
  };
}

/** Line that leads in to what stands below a heading of a source. */
function leadIn(heading: string): string {
  return `Under ${heading}:`;
}

/**
 * Title of a candidate, if it is a heading and no beginning of what is quoted; without marks at its end. One that would read as a quotation, a citation or more
 * than one sentence is none.
 */
function headingOf(title: string, text: string): string {
  const bare = title.replace(/[\s.:;,…]+$/u, "");
  const isOdd = bare === "" || /["“”„«»‹›「」『』‘’`[\]]/u.test(bare) || splitSentences(leadIn(bare)).length !== 1;
  return isOdd || normaliseSpace(text.slice(0, 2 * title.length)).startsWith(bare) ? "" : bare;
}
