import type { DefaultTreeAdapterTypes } from "parse5";
import { attributeOf } from "./html-tree.ts";
import type { LineWriter } from "./line-writer.ts";

/** Lists of a page, as they stand. */
export interface Lists {
  isOpen(): boolean;
  /** Begins a list: an element `ol`, `ul` or `menu`. */
  begin(list: DefaultTreeAdapterTypes.Element): void;
  point(point: DefaultTreeAdapterTypes.Element): void;
  end(): void;
}

// A list's points are indented by their depth, up to a bound: hostile pages nest without one.
const deepest = 8;

export function createLists(writer: LineWriter): Lists {
  const open: List[] = [];
  const part = (): void => writer[open.length > 0 ? "endLine" : "gap"]();
  return {
    isOpen: () => open.length > 0,
    begin(list) {
      part();
      open.push(listOf(list));
    },
    point(point) {
      const list = open.at(-1);
      const value = Number.parseInt(attributeOf(point, "value") ?? "", 10);
      if (list && Number.isSafeInteger(value)) list.next = value;
      writer.startWith(`${"  ".repeat(Math.min(deepest, Math.max(0, open.length - 1)))}${list === undefined ? "-" : markerOf(list)} `);
      if (list) list.next += list.step;
    },
    end() {
      open.pop();
      part();
    },
  };
}

/** List that is open: the number of its next point, and how its points are marked. */
interface List {
  next: number;
  readonly step: number;
  /** Type of an ordered list; undefined for one without an order. */
  readonly type: string | undefined;
}

/** List of an element `ol`, `ul` or `menu`. */
function listOf(element: DefaultTreeAdapterTypes.Element): List {
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
function markerOf({ next, type }: List): string {
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
