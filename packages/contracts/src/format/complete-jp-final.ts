import type { JpFinal, Reference } from "../artifacts/jp-final.ts";
import { citationsIn } from "../checks/citations.ts";
import { usableItems } from "../checks/usable-items.ts";
import type { CompletionContext, Documents, Parsed } from "../define-artifact.ts";
import type { Contract } from "./completion.ts";
import { inputsOf, valueOf } from "./documents.ts";
import { formatJpFinal } from "./format-jp-final.ts";
import { locatorOf } from "./locator.ts";
import { type JpFinalDraft, readJpFinal } from "./read-jp-final.ts";
import { judge } from "./report.ts";
import { withUnreadable } from "./stage-gaps.ts";

/**
 * Fills in a final text: the header, the title, the references from the raw blocks of the items that it cites, and without an Acceptance the
 * check of its citations and the gaps that the review declares. Whether its quotations are verbatim is the gate's to say.
 */
export function completeJpFinal(text: string, contract: Contract<JpFinal>, context: CompletionContext): Parsed<string> {
  if (contract.parse(text, contract.file).ok) return { ok: true, value: text };
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

/** The first line of the brief that says something. */
function titleOf(documents: Documents): string | undefined {
  const lines = valueOf(documents, "brief")
    ?.text.split(/[\r\n]+/)
    .map((line) => line.replace(/^[\s#]+/, "").trim());
  return lines?.find((line) => line !== "")?.slice(0, 200);
}

/** One reference for each passage of a cited item. An item without passages is the gate's to report, with the citation's line. */
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
  return { checks: own && own.checks.length > 0 ? own.checks : [check], gaps: withUnreadable(gaps, documents) };
}
