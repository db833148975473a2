import { type CompletionContext, type Contract, type Documents, judge, type Parsed } from "@tasuki/protocol";
import { citationsIn } from "../../text/statements.ts";
import { locatorOf } from "../de-raw-output/de-raw-output.ts";
import { inputsOf, valueOf } from "../documents.ts";
import { withSourceGaps } from "../sg-review/complete.ts";
import { usableItems } from "../sg-review/sg-review.ts";
import type { JpFinal, Reference } from "./jp-final.ts";
import { type JpFinalDraft, readJpFinal } from "./read.ts";
import { formatJpFinal } from "./write.ts";

/**
 * Completes a final text: the header, the title, the references from the raw blocks of cited items, and without an Acceptance the check of
 * the citations and the gaps that the review declares. The gate judges quotations, not completion.
 */
export function completeJpFinal(text: string, contract: Contract<JpFinal>, context: CompletionContext): Parsed<string> {
  if (contract.read(text, contract.file).ok) return { ok: true, value: text };
  const { documents } = context;
  const { report, draft } = readJpFinal(text, { artifact: contract, fileName: contract.file, draft: true });
  const { requests = [], sections } = draft;
  const cited = [...new Set(sections.flatMap((section) => citationsIn(section.text).flatMap(({ items }) => items)))];
  const parsed = judge(report, contract, {
    run: draft.run ?? context.run,
    profile: draft.profile ?? valueOf(documents, "run")?.profile,
    inputs: draft.inputs ?? inputsOf(documents),
    decision: draft.decision ?? (requests.length > 0 ? "returned" : "accepted"),
    title: draft.title ?? titleOf(documents),
    sections,
    references: draft.references ?? referencesOf(cited, documents),
    acceptance: acceptanceOf(draft.acceptance, cited, documents),
    requests,
  });
  return parsed.ok ? { ok: true, value: formatJpFinal(parsed.value) } : parsed;
}

/** A title for the text: the first line of the brief that is not blank. */
function titleOf(documents: Documents): string | undefined {
  const lines = valueOf(documents, "brief")
    ?.text.split(/[\r\n]+/)
    .map((line) => line.replace(/^[\s#]+/, "").trim());
  return lines?.find((line) => line !== "")?.slice(0, 200);
}

/** References to the passages of cited items. The gate reports a cited item without passages, with the citation's line. */
function referencesOf(cited: readonly string[], documents: Documents): Reference[] {
  const blocks = Map.groupBy(valueOf(documents, "de-raw-output")?.blocks ?? [], ({ candidate }) => candidate);
  return cited.flatMap((item) =>
    (blocks.get(item) ?? []).map((block) => ({ item, source: block.source, locator: locatorOf(block), sha256: block.sha256 })),
  );
}

function acceptanceOf(own: JpFinalDraft["acceptance"], cited: readonly string[], documents: Documents): JpFinalDraft["acceptance"] {
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
