import type { DefaultTreeAdapterTypes } from "parse5";
import { textOf } from "./html-tree.ts";

// Text that stands above and below the line: exponents, indices, marks of notes.

const ordinal = /^(?:st|nd|rd|th|er|re|e|ème|o|a|os|as|lle|me|te|ter)$/i;

/**
 * A superscript as it is written after `before`: an exponent after a number, a bracket or a symbol of one or two letters (`2^40`, `m^2`), the ending of a number as
 * it is (`1st`), and else the mark of a note, apart (`records [3]`), but with the sentence that it stands behind (`for 30 days.[3]`).
 */
export function superscript(text: string, { before, isLink }: { readonly before: string; readonly isLink: boolean }): string {
  if (text === "") return "";
  const apart = /[.!?。！？]["'”’»)」]*$/u.test(before) ? "" : " ";
  if (/^[[(].*[\])]$/.test(text)) return `${apart}${text}`;
  const word = /[\p{L}\p{N}]+$/u.exec(before)?.[0] ?? "";
  if (isLink && /^[\d*†‡§¶a-z, ]{1,8}$/i.test(text)) return `${apart}[${text}]`;
  if (ordinal.test(text) && /^(?:\d+|[MD]r?|n|N)$/.test(word)) return text;
  if (/^[™®©℠]$/.test(text)) return text;
  const isNote =
    /^[\d*†‡§¶, ]{1,8}$/.test(text) && !/\d$/.test(word) && word.length !== 1 && !/^[a-zµ]{2}$/.test(word) && !/[)\]}]$/.test(before);
  return isNote ? `${apart}[${text}]` : `^${grouped(text)}`;
}

/** A subscript: joined in a formula (`H2O`), and else after `_` (`x_1`). */
export function subscript(text: string, before: string): string {
  if (text === "") return "";
  return /^\d+$/.test(text) && /(?:^|[^a-z])[A-Z][a-z]?\d*\)?$|\)$/.test(before) ? text : `_${grouped(text)}`;
}

/** True for a raised number before a bar and a lowered one: the upper part of a fraction, `3<sup>1</sup>⁄<sub>2</sub>`. */
export function isNumerator(children: readonly DefaultTreeAdapterTypes.ChildNode[], at: number): boolean {
  const [upper, bar, lower] = [children[at], children[at + 1], children[at + 2]];
  return (
    upper?.nodeName === "sup" && lower?.nodeName === "sub" && bar !== undefined && "value" in bar && /^\s?[\u2044/]\s?$/.test(bar.value)
  );
}

/** Upper part of a fraction, apart from a whole number before it. */
export function numerator(text: string, before: string): string {
  return /\d$/.test(before) ? ` ${text}` : text;
}

export function grouped(text: string): string {
  const plain = text.replaceAll("\u2212", "-");
  return /^[-+]?[\p{L}\p{N}.]+$/u.test(plain) ? plain : `(${plain})`;
}

/** Walk over a page, as far as formulas take part in it. */
interface Walk {
  readonly visit: (children: readonly DefaultTreeAdapterTypes.ChildNode[], after?: () => void) => void;
  readonly captured: (children: readonly DefaultTreeAdapterTypes.ChildNode[], then: (text: string) => void) => void;
  readonly add: (text: string) => void;
}

/** Adds ruby: the text, and after it its readings in brackets, so that a word is not parted by the readings of its characters. */
export function visitRuby({ childNodes }: DefaultTreeAdapterTypes.Element, { visit, add }: Pick<Walk, "visit" | "add">): void {
  const isReading = (node: DefaultTreeAdapterTypes.ChildNode): boolean => node.nodeName === "rt" || node.nodeName === "rtc";
  const readings = childNodes.filter(isReading).map((node) => ("tagName" in node ? textOf(node).trim() : ""));
  visit(
    childNodes.filter((node) => !isReading(node)),
    () => (readings.join("") === "" ? undefined : add(`(${readings.join("")})`)),
  );
}

/** Adds an element of a formula in MathML: `a^(n+1)`, `x_i`, `1/3`, `√(2)`. */
export function visitMath({ tagName, childNodes }: DefaultTreeAdapterTypes.Element, { visit, captured, add }: Walk): void {
  const [base, one, other] = childNodes.filter((child) => "tagName" in child);
  if (base === undefined) return;
  if (tagName === "msqrt") {
    add("√(");
    return visit(childNodes, () => add(")"));
  }
  if (tagName === "mfrac")
    return captured([base], (top) => captured(one ? [one] : [], (below) => add(`${grouped(top)}/${grouped(below)}`)));
  const upper = tagName === "msup" ? one : other;
  const lower = tagName === "msup" ? undefined : one;
  const addUpper = (): void => {
    if (upper) captured([upper], (text) => add(`^${grouped(text)}`));
  };
  visit([base], () => {
    if (lower === undefined) return addUpper();
    captured([lower], (text) => {
      add(`_${grouped(text)}`);
      addUpper();
    });
  });
}
