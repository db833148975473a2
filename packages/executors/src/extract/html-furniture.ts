import type { SourceBlockKind } from "@tasuki/protocol";
import type { DefaultTreeAdapterTypes } from "parse5";
import { attributeOf } from "./html-tree.ts";

type Element = DefaultTreeAdapterTypes.Element;
type Node = DefaultTreeAdapterTypes.ChildNode;

const judged = new Set("nav footer header aside ul ol dl table div p section".split(" "));
const contentsName = /(?:^|[\s_-])(?:toc|contents|table-of-contents)(?:$|[\s_-])/i;
const navigationName =
  /(?:^|[\s_-])(?:nav|navbar|navheader|navfooter|navigation|breadcrumbs?|pagination|menu|menubar|sidebar|related)(?:$|[\s_-])/i;
const leads =
  /^(?:[<>«»←→↑‹›|]{1,3}|up|prev|previous|next|home|top|index|contents|back|nach oben|hoch|zurück|weiter|vor|start|suivant|précédent|sommaire|haut|anterior|siguiente|subir|inicio|前|前へ|次|次へ|上|戻る|目次|ホーム|上一页|下一页|上一级|起始页)\.?$/i;
const parts = new Set(["h1", "main", "article", "pre", "form"]);

/** Content of an element. */
interface Held {
  /** Letters, and those of them that are links. */
  characters: number;
  linked: number;
  links: number;
  /** Links to a place of the page itself, and links to a page before, after or above. */
  within: number;
  leads: number;
  /** True where a title, or what no menu has, is within. */
  hasParts: boolean;
}

/** Judge of a page's elements: the kind of one that leads to the text and is none of it; undefined for what may be text. */
export function createFurniture(page: DefaultTreeAdapterTypes.Document): (element: Element) => SourceBlockKind | undefined {
  const measured = measure(page);
  return (element) => {
    const { tagName } = element;
    if (!judged.has(tagName)) return undefined;
    const held = measured.get(element);
    if (held === undefined) return undefined;
    const role = attributeOf(element, "role")?.toLowerCase();
    const name = `${attributeOf(element, "class") ?? ""} ${attributeOf(element, "id") ?? ""}`.slice(0, 200);
    const isNamed = tagName === "nav" || role === "navigation" || navigationName.test(name);
    if (!held.hasParts && (role === "doc-toc" || contentsName.test(name)) && held.links > 1) return "contents";
    if (!held.hasParts && isNamed) return "navigation";
    if (tagName === "footer" || role === "contentinfo") return "furniture";
    if (held.links < 2 || held.hasParts || ["section", "aside", "header"].includes(tagName)) return undefined;
    // Two words such as "Next" and "Up" among few others are the head or foot of a page of a manual.
    if (held.leads >= 2 && held.characters < 300) return "navigation";
    if (tagName === "div" || tagName === "p" || held.linked < held.characters * 0.85) return undefined;
    return held.within * 2 > held.links ? "contents" : "navigation";
  };
}

/** Measures each element of a page that is judged, in one passage from the leaves up. */
function measure(page: DefaultTreeAdapterTypes.Document): ReadonlyMap<Element, Held> {
  const measured = new Map<Element, Held>();
  const nothing = (): Held => ({ characters: 0, linked: 0, links: 0, within: 0, leads: 0, hasParts: false });
  const stack: (Node | (() => void))[] = page.childNodes.toReversed();
  let [held, isLinked] = [nothing(), false];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === "function") {
      next();
      continue;
    }
    if (next.nodeName === "#text" && "value" in next) {
      // The numbers of a list's points are no text beside its links.
      const length = next.value.match(/\p{L}/gu)?.length ?? 0;
      held.characters += length;
      if (isLinked) held.linked += length;
    }
    if (!("tagName" in next) || next.tagName === "script" || next.tagName === "style") continue;
    const element = next;
    const [outer, wasLinked] = [held, isLinked];
    const own = nothing();
    held = own;
    if (parts.has(element.tagName)) own.hasParts = true;
    const href = element.tagName === "a" ? attributeOf(element, "href") : undefined;
    if (href !== undefined) {
      isLinked = true;
      own.links = 1;
      if (href.startsWith("#")) own.within = 1;
      // A link to a place of the page, such as that from a note back to its mark, leads to no other page.
      else if (leads.test(firstText(element)) || /^(?:prev|next|up|start|home)$/i.test(attributeOf(element, "rel") ?? "")) own.leads = 1;
    }
    stack.push(() => {
      if (judged.has(element.tagName)) measured.set(element, own);
      outer.characters += own.characters;
      outer.linked += own.linked;
      outer.links += own.links;
      outer.within += own.within;
      outer.leads += own.leads;
      outer.hasParts ||= own.hasParts;
      [held, isLinked] = [outer, wasLinked];
    });
    for (let at = element.childNodes.length - 1; at >= 0; at -= 1) {
      const child = element.childNodes[at];
      if (child) stack.push(child);
    }
  }
  return measured;
}

/** Text of a link that is a word: its first, in it or in its first element. */
function firstText(element: Element): string {
  const [first] = element.childNodes;
  const [inner] = first && "tagName" in first ? first.childNodes : [];
  const text = first && "value" in first ? first.value : inner && "value" in inner ? inner.value : "";
  return text.length > 40 ? "" : text.trim();
}
