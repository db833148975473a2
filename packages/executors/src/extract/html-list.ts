import type { DefaultTreeAdapterTypes } from "parse5";
import { attributeOf } from "./html-tree.ts";

/** List that is open: the number of its next point, and how its points are marked. */
export interface List {
  next: number;
  readonly step: number;
  /** Type of an ordered list; undefined for one without an order. */
  readonly type: string | undefined;
}

/** List of an element `ol`, `ul` or `menu`. */
export function listOf(element: DefaultTreeAdapterTypes.Element): List {
  if (element.tagName !== "ol") return { next: 1, step: 1, type: undefined };
  const isReversed = attributeOf(element, "reversed") !== undefined;
  const points = element.childNodes.filter(({ nodeName }) => nodeName === "li").length;
  const start = Number.parseInt(attributeOf(element, "start") ?? "", 10);
  return {
    next: Number.isSafeInteger(start) ? start : isReversed ? points : 1,
    step: isReversed ? -1 : 1,
    type: attributeOf(element, "type") ?? "1",
  };
}

/** Marker of a list's next point (HTML, section 4.4.5, `type`). */
export function markerOf({ next, type }: List): string {
  if (type === undefined) return "-";
  if (next < 1 || next > 3999) return `${next}.`;
  const letters = type.toLowerCase() === "a" ? toLetters(next) : type.toLowerCase() === "i" ? toRoman(next) : String(next);
  return `${type === "A" || type === "I" ? letters.toUpperCase() : letters}.`;
}

function toLetters(number: number): string {
  const rest = number - 1;
  return (rest >= 26 ? toLetters(Math.floor(rest / 26)) : "") + String.fromCharCode(97 + (rest % 26));
}

function toRoman(number: number): string {
  const digits: readonly (readonly [number, string])[] = [
    [1000, "m"],
    [900, "cm"],
    [500, "d"],
    [400, "cd"],
    [100, "c"],
    [90, "xc"],
    [50, "l"],
    [40, "xl"],
    [10, "x"],
    [9, "ix"],
    [5, "v"],
    [4, "iv"],
    [1, "i"],
  ];
  let [rest, roman] = [number, ""];
  for (const [value, digit] of digits)
    while (rest >= value) {
      roman += digit;
      rest -= value;
    }
  return roman;
}
