import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { createFurniture } from "./html-furniture.ts";
import { type List, listOf, markerOf } from "./html-list.ts";
import { attributeOf, isLinkBack, noteOf, textOf, valueOf } from "./html-tree.ts";
import { createVisibility, type Shown } from "./html-visibility.ts";
import { subscript, superscript, visitMath, visitRuby } from "./html-scripts.ts";
import { createTables } from "./html-table.ts";
import { createLineWriter } from "./line-writer.ts";
import type { Reading } from "./reading.ts";

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

const skipped = new Set("script style template head button datalist annotation annotation-xml desc rp".split(" "));
const deepest = 8;
const embedded = new Set("iframe frame object embed video audio canvas applet".split(" "));
// Parts of a line that stand apart from the words beside them.
const boxes = new Set("textarea progress meter output".split(" "));
const blocks = new Set(
  "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form header hgroup hr html legend li main menu nav ol optgroup p section summary".split(
    " ",
  ),
);

/**
 * Readable text of an HTML page: headings as `#`, lists as they stand, each row of a table as one line, `pre` as it stands; powers, indices and
 * marks of notes told apart. Left out, and said, is what is hidden or struck; navigation, contents and feet are told by their blocks.
 */
export function htmlToText(html: string): Exclude<Reading, { unreadable: string }> {
  return treeToText(parse(html, { scriptingEnabled: false }));
}

/** Text of a page that was parsed. */
export function treeToText(page: DefaultTreeAdapterTypes.Document): Exclude<Reading, { unreadable: string }> {
  const furnitureOf = createFurniture(page);
  const shownBy = createVisibility(page);
  const writer = createLineWriter();
  const tables = createTables(writer);
  const left = { hidden: 0, struck: 0, pictures: 0, embedded: 0 };
  const lists: List[] = [];
  let [invisible, asIs, furniture] = [0, 0, 0];

  // The stack is our own, because hostile pages nest deeper than the call stack goes. A function on it is called after an element's children.
  const stack: (Node | (() => void))[] = [];
  const visit = (children: readonly Node[], after?: () => void): void => {
    if (after) stack.push(after);
    for (let at = children.length - 1; at >= 0; at -= 1) {
      const child = children[at];
      if (child) stack.push(child);
    }
  };
  const addText = (value: string): void => {
    if (invisible > 0) left.hidden += lengthOf(value);
    else if (asIs > 0) writer.addAsIs(value);
    else writer.add(value.replaceAll(/[ \t\n\r\f]+/g, " "));
  };
  /** Begins how an element is shown; false where it isn't. */
  const begin = (element: Element, shown: Shown): boolean => {
    if (shown === "none" || shown === "struck") {
      left[shown === "none" ? "hidden" : "struck"] += lengthOf(textOf(element));
      return false;
    }
    if (shown === "hidden" || (shown === "visible" && invisible > 0)) {
      const before = invisible;
      invisible = shown === "hidden" ? 1 : 0;
      stack.push(() => void (invisible = before));
    }
    return true;
  };
  const captured = (children: readonly Node[], then: (text: string) => void): void => {
    // Text that nests deeper would be copied at each depth.
    if (writer.depth() >= deepest) return visit(children);
    writer.capture();
    visit(children, () => then(writer.captured()));
  };

  const enter = (element: Element): void => {
    const { tagName, childNodes } = element;
    if (skipped.has(tagName)) return;
    if (!begin(element, shownBy(element))) return;
    if (embedded.has(tagName)) return void (left.embedded += 1);
    const kind = furniture > 0 ? undefined : furnitureOf(element);
    if (kind !== undefined) {
      furniture += 1;
      writer.gap();
      writer.open(kind);
      stack.push(() => {
        furniture -= 1;
        writer.gap();
        writer.close();
      });
    }
    const note = tagName === "li" || tagName === "dl" ? noteOf(element) : undefined;
    if (note !== undefined) {
      writer.open(note);
      stack.push(() => (writer.endLine(), writer.close()));
    }
    switch (tagName) {
      case "h1":
      case "h2":
      case "h3":
      case "h4":
      case "h5":
      case "h6":
        writer.gap();
        captured(childNodes, (title) => {
          if (title !== "") writer.add(`${"#".repeat(Number(tagName[1]))} ${title}`);
          writer.gap();
        });
        return;
      case "pre":
        writer.gap();
        writer.open("code");
        asIs += 1;
        visit(childNodes, () => {
          asIs -= 1;
          writer.gap();
          writer.close();
        });
        return;
      case "br":
        if (asIs > 0) writer.addAsIs("\n");
        else writer.endLine();
        return;
      case "img":
      case "area": {
        const alt = attributeOf(element, "alt");
        if (alt === undefined && tagName === "img") left.pictures += 1;
        else if (alt !== undefined && alt.trim() !== "") addText(` ${alt} `);
        return;
      }
      case "input":
        addText(valueOf(element));
        return;
      case "select":
        captured(childNodes, (options) => writer.add(` ${options.replace(/ \/ ?$/, "")} `));
        return;
      case "option":
        if (attributeOf(element, "selected") !== undefined) addText("[x] ");
        visit(childNodes, () => void (invisible === 0 && writer.add(" / ")));
        return;
      case "q":
        addText("“");
        visit(childNodes, () => addText("”"));
        return;
      case "sup":
        captured(childNodes, (text) =>
          writer.add(superscript(text, { before: writer.tail(), isLink: childNodes.some((child) => child.nodeName === "a") })),
        );
        return;
      case "sub":
        captured(childNodes, (text) => writer.add(subscript(text, writer.tail())));
        return;
      case "msup":
      case "msub":
      case "msubsup":
      case "mfrac":
      case "msqrt":
        visitMath(element, { visit, captured, add: addText });
        return;
      case "semantics":
        visit(childNodes.filter((child) => "tagName" in child).slice(0, 1));
        return;
      case "ruby":
        visitRuby(element, { visit, add: addText });
        return;
      case "a":
        if (isLinkBack(element)) return;
        visit(childNodes);
        return;
      case "ol":
      case "ul":
      case "menu": {
        writer[lists.length > 0 ? "endLine" : "gap"]();
        lists.push(listOf(element));
        visit(childNodes, () => {
          lists.pop();
          writer[lists.length > 0 ? "endLine" : "gap"]();
        });
        return;
      }
      case "li": {
        const list = lists.at(-1);
        const value = Number.parseInt(attributeOf(element, "value") ?? "", 10);
        if (list && Number.isSafeInteger(value)) list.next = value;
        // A list's points are indented by their depth, up to a bound: hostile pages nest without one.
        writer.startWith(`${"  ".repeat(Math.min(8, Math.max(0, lists.length - 1)))}${list === undefined ? "-" : markerOf(list)} `);
        if (list) list.next += list.step;
        visit(childNodes, () => writer.endLine());
        return;
      }
      case "table":
        if (tables.isLayout(element) || writer.depth() >= deepest) break;
        writer.gap();
        stack.push(() => writer.gap());
        tables.begin();
        visit(childNodes, () => tables.end());
        return;
      case "tr":
        if (!tables.isOpen()) break;
        tables.beginRow(element);
        visit(childNodes, () => tables.endRow());
        return;
      case "td":
      case "th":
        if (!tables.isOpen()) break;
        captured(childNodes, (text) => tables.cell(element, text));
        return;
      case "caption":
        writer.endLine();
        captured(childNodes, (text) => {
          if (text !== "") writer.add(text);
          writer.endLine();
        });
        return;
    }
    if (boxes.has(tagName)) {
      addText(" ");
      return visit(childNodes, () => addText(" "));
    }
    // What a definition begins with stands on its line, as the first paragraph of a point does.
    if (tagName === "dd") writer.startWith("");
    const isBlock = blocks.has(tagName) || tagName === "td" || tagName === "th" || tagName === "table" || tagName === "tr";
    if (!isBlock) return visit(childNodes);
    // The first paragraph of a point stands on its line.
    const isFirst = writer.isFresh();
    const inList = lists.length > 0 || tagName === "dt" || tagName === "dd";
    if (!isFirst) writer[inList ? "endLine" : "gap"]();
    visit(childNodes, () => writer[inList ? "endLine" : "gap"]());
  };

  visit(page.childNodes);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === "function") next();
    else if (next.nodeName === "#text" && "value" in next) addText(next.value);
    else if ("tagName" in next) enter(next);
  }
  const dropped = [
    ...(left.hidden > 0 ? [`hidden text: ${left.hidden} characters`] : []),
    ...(left.struck > 0 ? [`struck text: ${left.struck} characters`] : []),
    ...(left.pictures > 0 ? [`pictures without a description: ${left.pictures}`] : []),
    ...(left.embedded > 0 ? [`embedded documents and media: ${left.embedded}`] : []),
  ];
  return { ...writer.finish(), dropped };
}

function lengthOf(text: string): number {
  return text.replaceAll(/\s+/g, " ").trim().length;
}
