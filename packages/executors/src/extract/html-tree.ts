import type { DefaultTreeAdapterTypes } from "parse5";

type Element = DefaultTreeAdapterTypes.Element;

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
