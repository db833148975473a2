import { compile, type Options } from "css-select";
import { AttributeAction, isTraversal, parse as parseSelector, type Selector, SelectorType } from "css-what";
import type { DefaultTreeAdapterTypes } from "parse5";
import { attributeOf, textOf } from "./html-tree.ts";

type Element = DefaultTreeAdapterTypes.Element;
type Node = DefaultTreeAdapterTypes.Node;
type Adapter = NonNullable<Options<Node, Element>["adapter"]>;

/** Declarations by their property, in lower case. */
type Declared = ReadonlyMap<string, string>;

/** Style sheets of a page, as far as they declare what is read of them. */
export interface StyleSheets {
  /** Declarations of an element: those of its inline style and of the sheets' rules, the stronger of each property. */
  declared(element: Element): Declared;
  /** True where the sheets ask for more steps than a page is given, so that they were not followed to the end. */
  isCut(): boolean;
}

interface Rule {
  readonly selector: Selector[];
  readonly declared: Declared;
  readonly important: Declared;
  /** Selectors (level 4, section 17): ids, classes, elements; and the place in the sheets. */
  readonly weight: readonly number[];
  matches?: (element: Node) => boolean;
}

// Steps that a page is given for its selectors: far more than the pages of frameworks take, and linear in its elements.
const [stepsOfPage, stepsOfElement] = [100_000, 200];
const longestSelectors = 50_000;
const mostParts = 40;

class CutError extends Error {}

/** Sheets within a page. What they are for other media than the screen is left out, and so are rules by what a reader does, such as `:hover`. */
export function readStyleSheets(page: DefaultTreeAdapterTypes.Document, properties: ReadonlySet<string>): StyleSheets {
  const { sheets, elements } = sheetsOf(page);
  const byKey = new Map<string, Rule[]>();
  let place = 0;
  for (const sheet of sheets)
    for (const [selectors, declarations] of rulesOf(sheet)) {
      const [declared, important] = declarationsOf(declarations, properties);
      if (declared.size === 0 && important.size === 0) continue;
      for (const selector of parsed(selectors)) {
        const rule = { selector, declared, important, weight: [...specificityOf(selector), (place += 1)] };
        const key = keyOf(selector);
        const rules = byKey.get(key);
        if (rules === undefined) byKey.set(key, [rule]);
        else rules.push(rule);
      }
    }
  let steps = stepsOfPage + stepsOfElement * elements;
  let isCut = false;
  const adapter = createAdapter(() => {
    steps -= 1;
    if (steps < 0) throw new CutError();
  });
  const matching = (element: Element): Rule[] => {
    const classes = (attributeOf(element, "class") ?? "").split(/\s+/).map((name) => `.${name}`);
    const keys = new Set(["*", element.tagName, `#${attributeOf(element, "id") ?? ""}`, ...classes]);
    return [...keys].flatMap((key) => byKey.get(key) ?? []).filter((rule) => matches(rule, element, adapter));
  };
  return {
    declared(element) {
      const [inline, strong] = declarationsOf(attributeOf(element, "style") ?? "", properties);
      if (byKey.size === 0 || isCut) return new Map([...inline, ...strong]);
      try {
        const rules = matching(element).toSorted((one, other) => compareWeights(one.weight, other.weight));
        const [usual, important] = [rules.flatMap((rule) => [...rule.declared]), rules.flatMap((rule) => [...rule.important])];
        return new Map([...usual, ...inline, ...important, ...strong]);
      } catch (error) {
        if (!(error instanceof CutError)) throw error;
        isCut = true;
        return new Map([...inline, ...strong]);
      }
    },
    isCut: () => isCut,
  };
}

function matches(rule: Rule, element: Element, adapter: Adapter): boolean {
  adapter.getName(element);
  try {
    rule.matches ??= compile<Node, Element>([rule.selector], { adapter, cacheResults: false, relativeSelector: false });
  } catch {
    // Pseudo-classes that the library does not know, such as `:focus`.
    rule.matches = () => false;
  }
  return rule.matches(element);
}

function compareWeights(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((weight, index) => weight !== other[index]);
  return at === -1 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}

/** Adapter of css-select for a page of parse5, each of whose steps is counted. */
function createAdapter(step: () => void): Adapter {
  const childrenOf = (node: Node): Node[] => ("childNodes" in node ? node.childNodes : []);
  const parentOf = (node: Node): Node | null => (step(), "parentNode" in node ? node.parentNode : null);
  return {
    isTag: (node): node is Element => "tagName" in node,
    getAttributeValue: (element, name) => (step(), attributeOf(element, name)),
    hasAttrib: (element, name) => (step(), attributeOf(element, name) !== undefined),
    getChildren: (node) => childrenOf(node).filter(() => (step(), true)),
    getName: (element) => (step(), element.tagName),
    getParent: parentOf,
    getSiblings: (node) => {
      const parent = parentOf(node);
      return parent === null ? [node] : childrenOf(parent).filter(() => (step(), true));
    },
    getText: (node) => ("tagName" in node ? textOf(node) : ""),
    removeSubsets: (nodes) => nodes,
  };
}

/** The sheets that stand in a page, and the number of its elements. */
function sheetsOf(page: DefaultTreeAdapterTypes.Document): { readonly sheets: readonly string[]; readonly elements: number } {
  const sheets: string[] = [];
  let elements = 0;
  const stack: DefaultTreeAdapterTypes.ChildNode[] = page.childNodes.toReversed();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (!("tagName" in node)) continue;
    elements += 1;
    const media = attributeOf(node, "media") ?? "";
    if (node.tagName === "style" && isOfScreen(media)) sheets.push(textOf(node));
    else for (let at = node.childNodes.length - 1; at >= 0; at -= 1) stack.push(node.childNodes[at] as DefaultTreeAdapterTypes.ChildNode);
  }
  return { sheets, elements };
}

function isOfScreen(media: string): boolean {
  return /^\s*(?:(?:only\s+)?(?:screen|all)\s*)?$/i.test(media);
}

// A comment that nothing ends goes to the end of the sheet (CSS Syntax, section 4.3.2). Braces within a text part nothing.
const comment = /\/\*[\s\S]*?(?:\*\/|$)/g;
const quoted = /"[^"\n]*"|'[^'\n]*'/g;

/** Rules that apply on a screen, in their order: the selectors, and the declarations. */
function* rulesOf(sheet: string): Generator<readonly [selectors: string, declarations: string]> {
  const css = sheet.replaceAll(comment, "").replaceAll(quoted, (text) => (/[{};]/.test(text) ? '""' : text));
  const open: { readonly prelude: string; readonly isApplied: boolean; readonly isRule: boolean; readonly pieces: string[] }[] = [];
  let end = 0;
  for (const { 0: brace, index } of css.matchAll(/[{}]/g)) {
    const before = css.slice(end, index);
    end = index + 1;
    const outer = open.at(-1);
    if (brace === "{") {
      const cut = before.lastIndexOf(";") + 1;
      outer?.pieces.push(before.slice(0, cut));
      const prelude = before.slice(cut).trim();
      const isRule = !prelude.startsWith("@");
      const [, media] = /^@media\b([\s\S]*)$/i.exec(prelude) ?? [];
      // Rules within rules are of a kind that few pages have, and are not followed.
      const isRight = isRule ? outer?.isRule !== true : media === undefined ? /^@(?:layer|supports)\b/i.test(prelude) : isOfScreen(media);
      open.push({ prelude, isApplied: isRight && outer?.isApplied !== false, isRule, pieces: [] });
    } else if (outer !== undefined) {
      open.pop();
      if (outer.isApplied && outer.isRule) yield [outer.prelude, [...outer.pieces, before].join("")];
    }
  }
}

/** Declarations of the properties that are read, and those of them that are important. */
function declarationsOf(text: string, properties: ReadonlySet<string>): readonly [Declared, Declared] {
  const [usual, important] = [new Map<string, string>(), new Map<string, string>()];
  if (text === "") return [usual, important];
  for (const line of text.replaceAll(comment, "").split(";")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    if (!properties.has(name)) continue;
    const value = line
      .slice(colon + 1)
      .trim()
      .toLowerCase();
    if (/!\s*important$/.test(value.slice(-20))) important.set(name, value.slice(0, value.lastIndexOf("!")).trim());
    else usual.set(name, value);
  }
  return [usual, important];
}

/** Selectors of a rule that are about elements, with no more parts than people write. */
function parsed(selectors: string): Selector[][] {
  try {
    if (selectors.length > longestSelectors) return [];
    return parseSelector(selectors).filter(
      (selector) =>
        selector.length > 0 && selector.length <= mostParts && !selector.some(({ type }) => type === SelectorType.PseudoElement),
    );
  } catch {
    return [];
  }
}

/** Key that an element must have for the last part of a selector: its id, a class, its name; `*` where that says none. */
function keyOf(selector: readonly Selector[]): string {
  const last = selector.slice(selector.findLastIndex(isTraversal) + 1);
  const named = (name: string): string | undefined =>
    last.flatMap((part) =>
      part.type === SelectorType.Attribute &&
      part.name === name &&
      (part.action === AttributeAction.Equals || part.action === AttributeAction.Element)
        ? [part.value]
        : [],
    )[0];
  const [id, ofClass] = [named("id"), named("class")];
  if (id !== undefined) return `#${id}`;
  if (ofClass !== undefined) return `.${ofClass}`;
  return last.flatMap((part) => (part.type === SelectorType.Tag ? [part.name.toLowerCase()] : []))[0] ?? "*";
}

function specificityOf(selector: readonly Selector[]): [ids: number, classes: number, elements: number] {
  let [ids, classes, elements] = [0, 0, 0];
  for (const part of selector) {
    if (part.type === SelectorType.Tag) elements += 1;
    else if (part.type === SelectorType.Attribute && part.name === "id" && part.action === AttributeAction.Equals) ids += 1;
    else if (part.type === SelectorType.Attribute) classes += 1;
    else if (part.type === SelectorType.Pseudo && Array.isArray(part.data)) {
      const within = part.name === "where" ? [] : part.data.map(specificityOf).toSorted((one, other) => compareWeights(other, one));
      const [[i, c, e] = [0, 0, 0]] = within;
      [ids, classes, elements] = [ids + i, classes + c, elements + e];
    } else if (part.type === SelectorType.Pseudo) classes += 1;
  }
  return [ids, classes, elements];
}
