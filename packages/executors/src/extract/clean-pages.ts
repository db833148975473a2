/**
 * Cleans the text of a PDF, page by page: lines that recur on more than 30 % of the pages (headers and footers, numbers aside) and
 * dot leaders go, words broken at a line's end are joined, and what looks like a numbered heading is marked as one.
 */
export function cleanPages(pages: readonly string[]): string[] {
  const lines = pages.map((page) => page.split("\n").map((line) => line.replaceAll(/[ \t\u00A0]+/g, " ").trim()));
  const recurring = recurringLines(lines);
  return lines.map((page) =>
    joinBrokenWords(
      page
        .filter((line) => !recurring.has(shapeOf(line)) && !/\.{5,}|(?:\. ){5,}/.test(line))
        .map(markHeading)
        .join("\n"),
    )
      .replaceAll(/\n{3,}/g, "\n\n")
      .trim(),
  );
}

/** Lines that stand on more than 30 % of the pages, and on three at least, once digits are made alike. */
function recurringLines(pages: readonly (readonly string[])[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const page of pages) for (const shape of new Set(page.map(shapeOf))) counts.set(shape, (counts.get(shape) ?? 0) + 1);
  const least = Math.max(3, pages.length * 0.3 + Number.EPSILON);
  return new Set([...counts].filter(([shape, count]) => shape !== "" && count >= least).map(([shape]) => shape));
}

function shapeOf(line: string): string {
  return line.replaceAll(/[0-9]+/g, "#");
}

function joinBrokenWords(text: string): string {
  return text.replaceAll(/([a-z])[-\u00AD]\n([a-z])/g, "$1$2");
}

/** `3.2 Leases and fences` is a heading when it is short and isn't a sentence; its depth is that of its number. */
function markHeading(line: string): string {
  const number = /^(\d{1,3}(?:\.\d{1,3})*)\.?\s+[A-Z]/.exec(line)?.[1];
  if (number === undefined || line.split(" ").length >= 16 || /[.;:,]$/.test(line)) return line;
  return `\n${"#".repeat(Math.min(6, number.split(".").length + 1))} ${line}\n`;
}
