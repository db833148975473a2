import { formatFrontMatter, formatIds, formatItems, formatTable, reference, toCell, toInline } from "@tasuki/protocol";
import type { Gap, SgReview } from "./sg-review.ts";

export function formatSgReview({ run, inputs, decision, ...parts }: SgReview): string {
  const read = inputs.map(({ name, sha256 }) => [name, sha256] as const);
  return `${formatFrontMatter({ contract: "sg-review@1", run, inputs: read, decision })}\n${formatParts(parts)}`;
}

/** Parts of a review in a draft. Completion makes those that are left out. */
export type DraftedParts = Pick<SgReview, "verdicts"> & Partial<Pick<SgReview, "outline" | "contradictions" | "gaps" | "requests">>;

/** Writes the parts of a review, below the front matter. */
export function formatParts({ verdicts, outline, contradictions, gaps, requests }: DraftedParts): string {
  const rows = verdicts.map(({ item, verdict, into = "", reason }) => [item, verdict, into, toCell(reason)]);
  const parts = {
    Verdicts: formatTable(["item", "verdict", "into", "reason"], rows),
    Outline: outline?.map(({ question, items }) => `- ${question}: ${formatIds(items)}\n`).join(""),
    Contradictions: contradictions?.map(({ items, note }) => `${`- ${items.join(", ")}: ${toInline(note)}`.trimEnd()}\n`).join(""),
    Gaps: gaps?.map(formatGap).join(""),
    Requests: requests && formatItems(requests),
  };
  return Object.entries(parts)
    .flatMap(([title, lines]) => (lines === undefined ? [] : [`# ${title}\n\n${lines || "None.\n"}`]))
    .join("\n");
}

/** Writes a gap: `- Q2: reason`. */
function formatGap({ question, reason }: Gap): string {
  return `${`- ${toKey(question)}: ${toInline(reason)}`.trimEnd()}\n`;
}

/** A text as the key of a line, which a colon ends: it has no colon of its own, and no emphasis that a reader would take off. */
export function toKey(text: string): string {
  return toInline(text).replaceAll(/[:*]/g, reference);
}
