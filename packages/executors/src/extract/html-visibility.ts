import type { DefaultTreeAdapterTypes } from "parse5";
import { attributeOf, textOf } from "./html-tree.ts";

type Element = DefaultTreeAdapterTypes.Element;

/** How an element is shown: not at all, hidden with descendants that may be shown again, struck, or as its parent is. */
export type Shown = "none" | "hidden" | "visible" | "struck" | undefined;

/**
 * Reader of how elements are shown, by `hidden`, `aria-hidden`, inline styles, and the rules of the page's own style sheets whose selector is one
 * element, class or id. Rules for other media than the screen, and those of selectors with more parts, are not followed.
 */
export function createVisibility(page: DefaultTreeAdapterTypes.Document): (element: Element) => Shown {
  const rules = new Map<string, Shown>();
  for (const style of stylesOf(page)) for (const [selector, shown] of rulesOf(style)) rules.set(selector, shown);
  return (element) => {
    if (["del", "s", "strike"].includes(element.tagName)) return "struck";
    const hidden = attributeOf(element, "hidden");
    // `until-found` is text that a search within the page finds (HTML, section 6.1).
    if (hidden !== undefined && hidden.toLowerCase() !== "until-found") return "none";
    if (attributeOf(element, "aria-hidden")?.trim().toLowerCase() === "true") return "none";
    if (element.tagName === "dialog" && attributeOf(element, "open") === undefined) return "none";
    const classes = (attributeOf(element, "class") ?? "").split(/\s+/).filter((name) => name !== "");
    const selectors = [
      element.tagName,
      ...classes.flatMap((name) => [`.${name}`, `${element.tagName}.${name}`]),
      `#${attributeOf(element, "id") ?? ""}`,
    ];
    const ruled = rules.size === 0 ? undefined : selectors.map((selector) => rules.get(selector)).findLast((shown) => shown !== undefined);
    return shownBy(attributeOf(element, "style") ?? "") ?? ruled;
  };
}

// A comment that nothing ends goes to the end of the sheet (CSS Syntax, section 4.3.2).
const comment = /\/\*[\s\S]*?(?:\*\/|$)/g;

function shownBy(declarations: string): Shown {
  const values = new Map(
    declarations
      .replaceAll(comment, "")
      .split(";")
      .map((line) => line.split(":"))
      .map(([name = "", value = ""]) => [
        name.trim().toLowerCase(),
        value
          .replace(/!\s*important/i, "")
          .trim()
          .toLowerCase(),
      ]),
  );
  if (values.get("display") === "none" || values.get("content-visibility") === "hidden") return "none";
  // Text that nobody sees: a page may tell by it other things than it shows.
  if (["opacity", "font-size"].some((name) => Number.parseFloat(values.get(name) ?? "") === 0)) return "none";
  const visibility = values.get("visibility");
  if (visibility === "hidden" || visibility === "collapse") return "hidden";
  if ((values.get("text-decoration") ?? values.get("text-decoration-line") ?? "").includes("line-through")) return "struck";
  return visibility === "visible" || values.has("display") ? "visible" : undefined;
}

function* rulesOf(style: string): Generator<readonly [string, Shown]> {
  const css = style.replaceAll(comment, "");
  // Rules stand at depth 0, or within `@media screen` and `@media all`, which count as if they stood there.
  let open: readonly string[] = [];
  let isSkipped = false;
  let depth = 0;
  let end = 0;
  for (const { 0: brace, index } of css.matchAll(/[{}]/g)) {
    const before = css.slice(end, index);
    end = index + 1;
    if (brace === "}") {
      const declared = depth > 0 && !isSkipped ? shownBy(before) : undefined;
      if (declared !== undefined) for (const selector of open) yield [selector, declared];
      open = [];
      depth = Math.max(0, depth - 1);
      if (depth === 0) isSkipped = false;
      continue;
    }
    depth += 1;
    const prelude = before.slice(before.lastIndexOf(";") + 1).trim();
    if (prelude.startsWith("@")) isSkipped ||= !/^@(?:media\s+(?:only\s+)?(?:screen|all)\s*$|layer|supports)/i.test(prelude);
    else
      open = prelude
        .split(",")
        .map((one) => one.trim())
        .filter((one) => /^(?:[a-zA-Z][\w-]*)?(?:[.#][\w-]+)?$/.test(one) && one !== "");
  }
}

function stylesOf(page: DefaultTreeAdapterTypes.Document): string[] {
  const styles: string[] = [];
  const stack: DefaultTreeAdapterTypes.ChildNode[] = [...page.childNodes];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!("tagName" in node)) continue;
    if (node.tagName === "style") styles.push(textOf(node));
    else for (const child of node.childNodes) stack.push(child);
  }
  return styles.toReversed();
}
