import type { Gap, SgReview } from "../artifacts/sg-review.ts";
import { formatIds, formatItems } from "./fields.ts";
import { formatFrontMatter } from "./front-matter.ts";
import { reference, toCell, toInline } from "./inline.ts";
import { formatTable } from "./markdown.ts";

export function formatSgReview({ run, inputs, decision, verdicts, outline, contradictions, gaps, requests }: SgReview): string {
  const rows = verdicts.map(({ item, verdict, into = "", reason }) => [item, verdict, into, toCell(reason)]);
  return [
    formatFrontMatter({ contract: "sg-review@1", run, inputs: inputs.map(({ name, sha256 }) => [name, sha256] as const), decision }),
    "# Verdicts\n",
    formatTable(["item", "verdict", "into", "reason"], rows),
    "# Outline\n",
    outline.map(({ question, items }) => `- ${question}: ${formatIds(items)}\n`).join("") || "None.\n",
    "# Contradictions\n",
    contradictions.map(({ items, note }) => `${`- ${items.join(", ")}: ${toInline(note)}`.trimEnd()}\n`).join("") || "None.\n",
    "# Gaps\n",
    gaps.map(formatGap).join("") || "None.\n",
    "# Requests\n",
    formatItems(requests) || "None.\n",
  ].join("\n");
}

/** `- Q2: reason`. What is to be read up to the first colon has none of its own, and no emphasis that a reader would take off. */
function formatGap({ question, reason }: Gap): string {
  return `${`- ${toKey(question)}: ${toInline(reason)}`.trimEnd()}\n`;
}

/** A text that a colon ends. */
export function toKey(text: string): string {
  return toInline(text).replaceAll(/[:*]/g, reference);
}
