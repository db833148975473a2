import { formatItems, toInline } from "@tasuki/protocol";
import type { JpFinal } from "./jp-final.ts";

/** Writes the draft of a final text: title, sections and requests. Completion makes the other parts. */
export function formatDraft({ requests, ...text }: Pick<JpFinal, "title" | "sections" | "requests">): string {
  return [...textLines(text), ...requestLines(requests)].join("\n");
}

/** Lines of the title and the sections. */
export function textLines({ title, sections }: Pick<JpFinal, "title" | "sections">): string[] {
  const heading = (marks: string, text: string): string => `${marks} ${toInline(text)}`.trimEnd();
  return [heading("#", title), "", ...sections.flatMap(({ heading: own, text }) => [heading("##", own), "", ...toSectionLines(text), ""])];
}

/** Lines of the requests to sg; none where there are none. */
export function requestLines(requests: readonly string[]): string[] {
  return requests.length === 0 ? [] : ["# Requests", "", formatItems(requests)];
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
