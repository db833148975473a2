import { type DefaultTreeAdapterTypes, parse } from "parse5";

type Element = DefaultTreeAdapterTypes.Element;

/** Page of an HTML or XHTML text. */
export function parsePage(html: string): DefaultTreeAdapterTypes.Document {
  return parse(isXhtml.test(html.slice(0, headLength)) ? withEnds(html) : html, { scriptingEnabled: false });
}

const headLength = 1000;
const isXhtml = /^\uFEFF?\s*<\?xml\b|<html[^>]*\sxmlns=/i;
const voids = new Set("area base br col embed hr img input link meta param source track wbr".split(" "));

/** XHTML in which elements without content, that are one tag there, have an end: HTML takes `<title/>` for the beginning of one. */
function withEnds(xhtml: string): string {
  return xhtml.replaceAll(/<([^<>]*)\/>/g, (tag, inside: string) => {
    const name = /^[a-z][\w-]*/i.exec(inside)?.[0];
    return name === undefined || voids.has(name.toLowerCase()) ? tag : `<${inside}></${name}>`;
  });
}

export function attributeOf({ attrs }: Element, name: string): string | undefined {
  return attrs.find((one) => one.name === name)?.value;
}

/** Text below an element, with its line ends. */
export function textOf(element: Element): string {
  const parts: string[] = [];
  const stack: DefaultTreeAdapterTypes.ChildNode[] = element.childNodes.toReversed();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.nodeName === "#text" && "value" in node) parts.push(node.value);
    else if ("childNodes" in node) for (const child of node.childNodes.toReversed()) stack.push(child);
  }
  return parts.join("");
}

/** Value that a form's field shows. */
export function valueOf(element: Element): string {
  const type = (attributeOf(element, "type") ?? "text").toLowerCase();
  if (type === "checkbox" || type === "radio") return attributeOf(element, "checked") === undefined ? " [ ] " : " [x] ";
  const isShown = !["hidden", "password", "submit", "reset", "button", "image", "file"].includes(type);
  const value = attributeOf(element, "value") ?? "";
  return isShown && value !== "" ? ` ${value} ` : "";
}

/** Kind of a note as mammoth writes those of a DOCX: a point of a list, or a list of comments; undefined where it is none. */
export function noteOf(element: Element): "footnote" | "comment" | undefined {
  const first = element.tagName === "dl" ? element.childNodes.find((child) => child.nodeName === "dt") : element;
  const id = first !== undefined && "tagName" in first ? (attributeOf(first, "id") ?? "") : "";
  return /^comment-\d+$/.test(id) ? "comment" : /^(?:footnote|endnote)-\d+$/.test(id) ? "footnote" : undefined;
}

/** True for a link back from a note to its mark: an arrow, within two elements at most, since links nest in pictures without end. */
export function isLinkBack(link: Element): boolean {
  let inner: Element = link;
  for (let depth = 0; depth < 3; depth += 1) {
    const [only, ...others] = inner.childNodes;
    if (only === undefined || others.length > 0) return false;
    if (only.nodeName === "#text" && "value" in only) return /^\s*[↑↩⤴^]\uFE0E?\s*$/u.test(only.value);
    if (!("tagName" in only)) return false;
    inner = only;
  }
  return false;
}

/** True for an element whose text ends in a question mark. */
export function asks(element: Element): boolean {
  let last: DefaultTreeAdapterTypes.ChildNode | undefined = element;
  for (let depth = 0; depth < 8 && last !== undefined && "tagName" in last; depth += 1)
    last = last.childNodes.findLast((node) => "tagName" in node || ("value" in node && node.value.trim() !== ""));
  return last !== undefined && "value" in last && /[?？؟]\s*$/.test(last.value.slice(-100));
}

/** True for a cell whose whole text is bold, as a heading is made where nobody says that it is one. */
export function isBold({ childNodes }: Element): boolean {
  let [only, ...others] = childNodes.filter((node) => node.nodeName !== "#text" || ("value" in node && node.value.trim() !== ""));
  for (let depth = 0; depth < 4 && only !== undefined && others.length === 0 && "tagName" in only; depth += 1) {
    if (only.tagName === "b" || only.tagName === "strong") return true;
    if (!["p", "div", "span", "font", "center"].includes(only.tagName)) return false;
    [only, ...others] = only.childNodes.filter((node) => node.nodeName !== "#text" || ("value" in node && node.value.trim() !== ""));
  }
  return false;
}
