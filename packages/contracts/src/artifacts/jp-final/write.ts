import { formatItems, reference, toInline } from "@tasuki/protocol";
import { toKey } from "../sg-review/write.ts";
import type { JpFinal } from "./jp-final.ts";

export function formatJpFinal({ run, profile, inputs, decision, references, acceptance, requests, ...text }: JpFinal): string {
  return [
    "contract: jp-final@1",
    `run: ${run}`,
    `profile: ${profile}`,
    ...inputs.map(({ name, sha256 }) => `inputs: ${name} sha256=${sha256}`),
    `decision: ${decision}`,
    "",
    ...textLines(text),
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
    ...requestLines(requests),
  ].join("\n");
}

/** Writes the draft of a final text: title, sections and requests. Completion makes the other parts. */
export function formatDraft({ requests, ...text }: Pick<JpFinal, "title" | "sections" | "requests">): string {
  return [...textLines(text), ...requestLines(requests)].join("\n");
}

function textLines({ title, sections }: Pick<JpFinal, "title" | "sections">): string[] {
  const heading = (marks: string, text: string): string => `${marks} ${toInline(text)}`.trimEnd();
  return [heading("#", title), "", ...sections.flatMap(({ heading: own, text }) => [heading("##", own), "", ...toSectionLines(text), ""])];
}

function requestLines(requests: readonly string[]): string[] {
  return requests.length === 0 ? [] : ["# Requests", "", formatItems(requests)];
}

/** The name of a check as text on its line, where the first colon before a blank ends it. */
function toName(text: string): string {
  return toInline(text).replaceAll(/:(?=\s|$)/g, reference);
}

/**
 * Lines that are written with a `\` before them: those that would be read as a heading, or as a blank line around a section, and those that
 * begin with backslashes before such a line.
 */
const guarded = /^\\*#{1,2}(?=\s|$)|^\\+\s*$/;
const guard = /^\\+(?=#{1,2}(?:\s|$)|\s*$)/;

/** The lines of a file for a section's text. */
export function toSectionLines(text: string): string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  return lines.map((line, at) => {
    const edge = at === 0 || at === lines.length - 1;
    return guarded.test(line) || (edge && line.trim() === "") ? `\\${line}` : line;
  });
}

/** The text of a section from the lines of a file, without blank lines around it. */
export function fromSectionLines(lines: readonly string[]): string {
  let [start, end] = [0, lines.length];
  while (start < end && lines[start]?.trim() === "") start += 1;
  while (end > start && lines[end - 1]?.trim() === "") end -= 1;
  return lines
    .slice(start, end)
    .map((line) => (guard.test(line) ? line.slice(1) : line))
    .join("\n");
}
