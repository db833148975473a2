import { type CompletionContext, type Contract, type Documents, judge, type Parsed } from "@tasuki/protocol";
import { citationsIn } from "../../text/statements.ts";
import { locatorOf } from "../de-raw-output/de-raw-output.ts";
import { inputsOf, valueOf } from "../documents.ts";
import { withSourceGaps } from "../sg-review/complete.ts";
import { nameGap } from "../sg-review/gaps.ts";
import { usableItems } from "../sg-review/sg-review.ts";
import { subjectOf } from "../brief/subject.ts";
import type { Reference } from "./final-text.ts";
import { namesOf } from "./names-of.ts";
import { type JpFinalDraft, readJpFinal } from "./read.ts";

/** Context of a completion, and how a value of the contract is written. */
interface FinalContext<Value> extends CompletionContext {
  readonly format: (value: Value) => string;
}

/**
 * Completes a final text: the header, the title, the references from the raw blocks of cited items, and without an Acceptance the check of
 * the citations and the gaps that the review declares. The gate judges quotations, not completion.
 */
export function completeJpFinal<Value>(text: string, contract: Contract<Value>, context: FinalContext<Value>): Parsed<string> {
  if (contract.read(text, contract.file).ok) return { ok: true, value: text };
  const { documents, format } = context;
  const { report, draft } = readJpFinal(text, { artifact: contract, fileName: contract.file, draft: true });
  const { requests = [], sections } = draft;
  const cited = [...new Set(sections.flatMap((section) => citationsIn(section.text).flatMap(({ items }) => items)))];
  const references = draft.references ?? referencesOf(cited, documents);
  const [run, brief, list] = [valueOf(documents, "run"), valueOf(documents, "brief"), valueOf(documents, "candidate-list")];
  const { checks, gaps } = acceptanceOf(draft.acceptance, cited, documents);
  const isNamed = contract.version > 1 && brief !== undefined && run !== undefined;
  const parsed = judge(report, contract, {
    run: draft.run ?? context.run,
    profile: draft.profile ?? run?.profile,
    inputs: draft.inputs ?? inputsOf(documents),
    decision: draft.decision ?? (requests.length > 0 ? "returned" : "accepted"),
    title: draft.title ?? titleOf(documents),
    sections,
    references,
    sources:
      draft.sources ??
      namesOf(
        references.map(({ source }) => source),
        run ?? { sources: [] },
        list ?? { sources: [] },
      ),
    acceptance: { checks, gaps: isNamed ? gaps.map((gap) => nameGap(gap, brief, run)) : gaps },
    requests,
  });
  return parsed.ok ? { ok: true, value: format(parsed.value) } : parsed;
}

function titleOf(documents: Documents): string | undefined {
  const brief = valueOf(documents, "brief");
  return brief && subjectOf(brief);
}

/** References to the passages of cited items. The gate reports a cited item without passages, with the citation's line. */
function referencesOf(cited: readonly string[], documents: Documents): Reference[] {
  const blocks = Map.groupBy(valueOf(documents, "de-raw-output")?.blocks ?? [], ({ candidate }) => candidate);
  return cited.flatMap((item) =>
    (blocks.get(item) ?? []).map((block) => ({ item, source: block.source, locator: locatorOf(block), sha256: block.sha256 })),
  );
}

function acceptanceOf(
  own: JpFinalDraft["acceptance"],
  cited: readonly string[],
  documents: Documents,
): NonNullable<JpFinalDraft["acceptance"]> {
  const review = valueOf(documents, "sg-review");
  const usable = review ? usableItems(review) : new Set<string>();
  const wrong = cited.filter((item) => !usable.has(item));
  const check = {
    name: "every citation is of an accepted item",
    result: wrong.length === 0 ? "passed" : "failed",
    detail: wrong.length === 0 ? `${cited.length} items are cited` : `not accepted: ${wrong.slice(0, 50).join(", ")}`,
  };
  const gaps = own && own.gaps.length > 0 ? own.gaps : (review?.gaps ?? []);
  return { checks: own && own.checks.length > 0 ? own.checks : [check], gaps: withSourceGaps(gaps, documents) };
}
