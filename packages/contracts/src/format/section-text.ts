/**
 * A line that would be read as a heading, or as a blank line around a section, is written with a `\` before it; one that begins like that
 * with backslashes has one more.
 */
const guarded = /^\\*#{1,2}(?=\s|$)|^\\+\s*$/;
const guard = /^\\+(?=#{1,2}(?:\s|$)|\s*$)/;

/** The lines of a section's text in the file. */
export function toSectionLines(text: string): string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  return lines.map((line, at) => {
    const edge = at === 0 || at === lines.length - 1;
    return guarded.test(line) || (edge && line.trim() === "") ? `\\${line}` : line;
  });
}

/** The text of a section from its lines in the file, without blank lines around it. */
export function fromSectionLines(lines: readonly string[]): string {
  let [start, end] = [0, lines.length];
  while (start < end && lines[start]?.trim() === "") start += 1;
  while (end > start && lines[end - 1]?.trim() === "") end -= 1;
  return lines
    .slice(start, end)
    .map((line) => (guard.test(line) ? line.slice(1) : line))
    .join("\n");
}
