import type { JpFinal } from "../artifacts/jp-final.ts";
import { formatItems } from "./fields.ts";
import { reference, toInline } from "./inline.ts";
import { toKey } from "./format-sg-review.ts";
import { toSectionLines } from "./section-text.ts";

export function formatJpFinal({ run, profile, inputs, decision, title, sections, references, acceptance, requests }: JpFinal): string {
  const header = [
    "contract: jp-final@1",
    `run: ${run}`,
    `profile: ${profile}`,
    ...inputs.map(({ name, sha256 }) => `inputs: ${name} sha256=${sha256}`),
    `decision: ${decision}`,
  ];
  const heading = (marks: string, text: string): string => `${marks} ${toInline(text)}`.trimEnd();
  return [
    ...header,
    "",
    heading("#", title),
    "",
    ...sections.flatMap(({ heading: own, text }) => [heading("##", own), "", ...toSectionLines(text), ""]),
    "# References",
    "",
    ...references.map(({ item, source, locator, sha256 }) => `[${item}] ${source}, ${toInline(locator)}, sha256=${sha256}`),
    ...(references.length === 0 ? ["None."] : []),
    "",
    "# Acceptance",
    "",
    ...acceptance.checks.map(({ name, result, detail }) => `- ${result}: ${toName(name)}${detail === "" ? "" : `: ${toInline(detail)}`}`),
    ...acceptance.gaps.map(({ question, reason }) => `- gap ${toKey(question)}: ${toInline(reason)}`),
    ...(acceptance.checks.length + acceptance.gaps.length === 0 ? ["None."] : []),
    "",
    ...(requests.length === 0 ? [] : ["# Requests", "", formatItems(requests)]),
  ].join("\n");
}

/** The name of a check, which the first colon before a blank ends. */
function toName(text: string): string {
  return toInline(text).replaceAll(/:(?=\s|$)/g, reference);
}
