import type { PageLine } from "./pdf-lines.ts";
import type { Page } from "./pdf-page.ts";

/** A line at the edge of a page. */
interface EdgeLine {
  readonly line: PageLine;
  readonly page: number;
}

// Share of a page's height that is its edge, at the top and at the bottom.
const edge = 0.12;
// Sizes of type by which the rows of one running head or foot are apart at most.
const apart = 2.2;
// Fewest pages on which a line makes a running head or foot.
const fewest = 3;
// Fewest where it is words and a number that counts with the pages: `Week 1`, `Week 2` may be a report of a page each.
const fewestCounted = 5;
// Points by which the same place may differ from page to page.
const tolerance = 2;
const longest = 160;
// Points by which the cells of a column differ at most.
const ragged = 3;

/**
 * Running heads and feet, and page numbers: lines that are outermost on their page, at one place on three pages at least, and say the same
 * there but for a number which counts with the pages; and lines that begin or end with the page's number, at the place where half of the
 * pages have it.
 */
export function findFurniture(pages: readonly Page[]): ReadonlySet<PageLine> {
  const edges = pages.flatMap((page) => outermostOf(page).map((line): EdgeLine => ({ line, page: page.number })));
  const found = new Set<PageLine>();
  for (const place of placesOf(edges, ({ line }) => shapeOf(line.text))) {
    const nameOf = nameIn(place);
    for (const [name, same] of Map.groupBy(place, nameOf))
      if (pagesOf(same) >= (isCounted(name) ? fewestCounted : fewest)) for (const { line } of same) found.add(line);
  }
  for (const place of placesOf(edges, () => "")) {
    const numbered = numberedIn(place);
    if (pagesOf(numbered) >= Math.max(fewestCounted, pages.length / 2)) for (const { line } of numbered) found.add(line);
  }
  return found;
}

/** First and last rows of a page that stand at its edge. */
function outermostOf({ height, lines }: Page): PageLine[] {
  const down = lines.toSorted((one, other) => one.y - other.y);
  return [down, down.toReversed()].flatMap((rows, side) => {
    const end = rows.findIndex(({ y, size }, at) => {
      const before = rows[at - 1];
      const isInside = y > height * edge && y < height * (1 - edge);
      return isInside || (before !== undefined && Math.abs(y - before.y) > apart * Math.max(size, before.size));
    });
    return rows
      .slice(0, end === -1 ? rows.length : end)
      .filter(({ text }, at) => text.length <= longest && !isTableHead(down, side === 0 ? at : down.length - 1 - at));
  });
}

/** True for the names of the columns of a table that goes on from page to page: two lines below it have the same columns. */
function isTableHead(down: readonly PageLine[], at: number): boolean {
  const [line, ...below] = down.slice(at, at + 3);
  return line !== undefined && line.parts.length > 1 && below.length === 2 && below.every((next) => areColumns(line, next));
}

function areColumns(one: PageLine, other: PageLine): boolean {
  if (one.parts.length !== other.parts.length) return false;
  return one.parts.every(({ x, right }, at) => {
    const below = other.parts[at] ?? { x: Infinity, right: Infinity };
    const [left, end] = [Math.abs(x - below.x), Math.abs(right - below.right)];
    return Math.min(left, end, Math.abs(x + right - below.x - below.right) / 2) <= ragged;
  });
}

/** True for words beside a number that counts with the pages. `Page 3 of 9` says itself what it counts. */
function isCounted(name: string): boolean {
  return (
    name.includes("#") &&
    /\p{L}/u.test(name.replaceAll(/\b(?:pages?|pp?|seite|s|página|pág|pagina|of|von|sur|de|di|van)\b|第|頁|页|ページ|共/giu, ""))
  );
}

/** Groups of lines that have one key and stand at one height. */
function placesOf(lines: readonly EdgeLine[], keyOf: (line: EdgeLine) => string): EdgeLine[][] {
  return [...Map.groupBy(lines, keyOf).values()].flatMap((group) => {
    const places: EdgeLine[][] = [];
    for (const each of group.toSorted((one, other) => one.line.y - other.line.y)) {
      const last = places.at(-1);
      if (last !== undefined && each.line.y - (last[0]?.line.y ?? 0) <= tolerance) last.push(each);
      else places.push([each]);
    }
    return places;
  });
}

function pagesOf(lines: readonly EdgeLine[]): number {
  return new Set(lines.map(({ page }) => page)).size;
}

/** Shape of a line: the line with all numbers made alike. */
function shapeOf(text: string): string {
  return numerals.test(text) ? "#" : text.replaceAll(/\d+/g, "#");
}

const numerals = /^[ivxlc]{1,7}$/i;

/** Numbers of a line, in its order; of a line that is a Roman numeral alone, that one. */
function numbersOf(text: string): number[] {
  return numerals.test(text) ? [romanOf(text)] : (text.match(/\d+/g) ?? []).map(Number);
}

function romanOf(text: string): number {
  const values: Readonly<Record<string, number>> = { i: 1, v: 5, x: 10, l: 50, c: 100 };
  const digits = Array.from(text.toLowerCase(), (digit) => values[digit] ?? 0);
  return digits.reduce((sum, value, at) => sum + (value < (digits[at + 1] ?? 0) ? -value : value), 0);
}

/** Function that names a line of a place by its text, without the numbers that count with the pages there. */
function nameIn(place: readonly EdgeLine[]): (line: EdgeLine) => string {
  const slots = numbersOf(place[0]?.line.text ?? "").length;
  // Pages may be counted twice over: in Roman numerals before the first chapter, and anew from there.
  const offsets = Array.from({ length: slots }, (_, slot) => {
    const counts = countsOf(place.map(({ line, page }) => (numbersOf(line.text)[slot] ?? 0) - page));
    return new Set([...counts].filter(([, count]) => count > 1).map(([offset]) => offset));
  });
  return ({ line, page }) => {
    let slot = -1;
    return line.text.replaceAll(numerals.test(line.text) ? /^.*$/g : /\d+/g, (digits) => {
      slot += 1;
      return offsets[slot]?.has((numbersOf(digits)[0] ?? 0) - page) === true ? "#" : digits;
    });
  };
}

/** Lines of a place that begin or end with the number of their page: one that is as far from the page's place in the file as most are. */
function numberedIn(place: readonly EdgeLine[]): EdgeLine[] {
  const outer = ({ line: { text }, page }: EdgeLine): number[] =>
    [/^(\d{1,4})(?=\s|$)/.exec(text)?.[1], /(?:^|\s)(\d{1,4})$/.exec(text)?.[1]].flatMap((digits) =>
      digits === undefined ? [] : [Number(digits) - page],
    );
  const offset = commonest(place.flatMap(outer));
  return place.filter((line) => outer(line).some((each) => each === offset));
}

function commonest(values: readonly number[]): number | undefined {
  return [...countsOf(values)].toSorted(([, one], [, other]) => other - one)[0]?.[0];
}

function countsOf(values: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
