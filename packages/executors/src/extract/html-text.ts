import type { DefaultTreeAdapterTypes } from "parse5";
import { createFurniture } from "./html-furniture.ts";
import { createLists } from "./html-list.ts";
import { asks, attributeOf, isBold, isLinkBack, noteOf, parsePage, textOf, valueOf } from "./html-tree.ts";
import { createLooks, type Look, nameByLook } from "./html-look.ts";
import { isNumerator, numerator, subscript, superscript, visitMath, visitRuby } from "./html-scripts.ts";
import { createTables } from "./html-table.ts";
import { createLeftOut } from "./html-left-out.ts";
import { createLineWriter } from "./line-writer.ts";
import type { Reading } from "./reading.ts";

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

const skipped = new Set("script style template head button datalist annotation annotation-xml desc rp".split(" "));
// Cells within each other, and tables, each of which is looked through for what it is.
const [deepest, mostNested] = [8, 16];
const embedded = new Set("iframe frame object embed video audio canvas applet".split(" "));
// Parts of a line that stand apart from the words beside them.
const boxes = new Set("textarea progress meter output".split(" "));
const blocks = new Set(
  "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form header hgroup hr html legend li main menu nav ol optgroup p section".split(
    " ",
  ),
);

/**
 * Readable text of an HTML page: headings as `#`, lists as they stand, each row of a table as one line, `pre` as it stands; powers, indices and
 * marks of notes told apart. Left out, and said, is what is hidden or struck; navigation, contents and feet are told by their blocks.
 */
export function htmlToText(html: string): Exclude<Reading, { unreadable: string }> {
  return treeToText(parsePage(html));
}

/** Text of a page that was parsed. */
export function treeToText(page: DefaultTreeAdapterTypes.Document): Exclude<Reading, { unreadable: string }> {
  const furnitureOf = createFurniture(page);
  const looks = createLooks(page);
  const writer = createLineWriter();
  const tables = createTables(writer);
  const left = createLeftOut();
  const lists = createLists(writer);
  let [isVisible, hasSize] = [true, true];
  let term: "word" | "question" | undefined;
  let [asIs, furniture, depth, nested] = [0, 0, 0, 0];
  // Elements whose children stand apart, and raised numbers that are the upper part of a fraction.
  const [parted, numerators] = [new WeakSet<object>(), new WeakSet<object>()];

  // The stack is our own, because hostile pages nest deeper than the call stack goes. A function on it is called after an element's children.
  const stack: (Node | (() => void))[] = [];
  const visit = (children: readonly Node[], after?: () => void): void => {
    if (after) stack.push(after);
    for (let at = children.length - 1; at >= 0; at -= 1) {
      const child = children[at];
      if (child === undefined) continue;
      if (isNumerator(children, at)) numerators.add(child);
      stack.push(child);
    }
  };
  const addText = (value: string): void => {
    if (!isVisible || !hasSize) left.text("hidden", value);
    else if (asIs > 0) writer.addAsIs(value);
    else writer.add(value.replaceAll(/[ \t\n\r\f]+/g, " "));
  };
  /** Begins how an element is shown; false where it isn't. */
  const begin = (element: Element, look: Look): boolean => {
    if (look.shown !== undefined) {
      left.text(look.shown === "none" ? "hidden" : "struck", textOf(element));
      return false;
    }
    if (look.isVisible !== undefined || look.hasSize !== undefined) {
      const before = [isVisible, hasSize] as const;
      [isVisible, hasSize] = [look.isVisible ?? isVisible, look.hasSize ?? hasSize];
      stack.push(() => void ([isVisible, hasSize] = before));
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
    const look = looks.lookOf(element);
    if (!begin(element, look)) return;
    if (look.parts === true) parted.add(element);
    if (embedded.has(tagName)) return left.part("embedded");
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
    const name = nameByLook(element, look);
    switch (name) {
      case "h1":
      case "h2":
      case "h3":
      case "h4":
      case "h5":
      case "h6":
      case "summary": {
        // A part that is shown on demand has its title below the heading that it stands under.
        const level = name === "summary" ? Math.min(6, depth + 1) : Number(name[1]);
        if (name !== "summary") depth = level;
        writer.gap();
        captured(childNodes, (title) => {
          if (title !== "") writer.add(`${"#".repeat(level)} ${title}`);
          writer.gap();
        });
        return;
      }
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
        return asIs > 0 ? writer.addAsIs("\n") : writer.endLine();
      case "img":
      case "area": {
        const alt = attributeOf(element, "alt");
        if (alt === undefined && tagName === "img") left.part("pictures");
        else if (alt !== undefined && alt.trim() !== "") addText(` ${alt} `);
        return;
      }
      case "input":
        return addText(valueOf(element));
      case "select":
        return captured(childNodes, (options) => writer.add(` ${options.replace(/ \/ ?$/, "")} `));
      case "option":
        if (attributeOf(element, "selected") !== undefined) addText("[x] ");
        visit(childNodes, () => void (isVisible && hasSize && writer.add(" / ")));
        return;
      case "q":
        addText("“");
        return visit(childNodes, () => addText("”"));
      case "sup":
        captured(childNodes, (text) => {
          const before = writer.tail();
          const isLink = childNodes.some((child) => child.nodeName === "a");
          writer.add(numerators.has(element) ? numerator(text, before) : superscript(text, { before, isLink }));
        });
        return;
      case "sub":
        captured(childNodes, (text) => writer.add(/\d\s?[\u2044/]$/.test(writer.tail()) ? text : subscript(text, writer.tail())));
        return;
      case "msup":
      case "msub":
      case "msubsup":
      case "mfrac":
      case "msqrt":
        return visitMath(element, { visit, captured, add: addText });
      case "semantics":
        return visit(childNodes.filter((child) => "tagName" in child).slice(0, 1));
      case "ruby":
        return visitRuby(element, { visit, add: addText });
      case "a":
        if (isLinkBack(element)) return;
        return visit(childNodes);
      case "ol":
      case "ul":
      case "menu":
        lists.begin(element);
        visit(childNodes, () => lists.end());
        return;
      case "li":
        lists.point(element);
        visit(childNodes, () => writer.endLine());
        return;
      case "table":
        nested += 1;
        stack.push(() => void (nested -= 1));
        if (nested > mostNested || writer.depth() >= deepest || tables.isLayout(element)) break;
        writer.gap();
        stack.push(() => writer.gap());
        tables.begin(element);
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
        captured(childNodes, (text) => tables.cell(element, { text, isHeader: name === "th", isBold: isBold(element) }));
        return;
      case "caption":
        writer.endLine();
        captured(childNodes, (text) => {
          if (text !== "") writer.add(text);
          writer.endLine();
        });
        return;
    }
    const isBlock = blocks.has(tagName) || look.layout !== undefined || ["td", "th", "table", "tr"].includes(tagName);
    if (boxes.has(tagName) || (!isBlock && element.parentNode !== null && parted.has(element.parentNode))) {
      addText(" ");
      return visit(childNodes, () => addText(" "));
    }
    if (tagName === "dt") {
      writer[term === undefined ? "gap" : "endLine"]();
      term = asks(element) ? "question" : "word";
      return visit(childNodes, () => writer.endLine());
    }
    if (tagName === "dd") {
      // A word and what is said of it are a paragraph; a question is the heading of its answer.
      if (term === "question") writer.gap();
      term = undefined;
      // The first block of a definition stands on its line, as the first paragraph of a point does.
      writer.startWith("");
    }
    if (!isBlock) return visit(childNodes);
    // The first paragraph of a point stands on its line.
    const isFirst = writer.isFresh();
    const inList = lists.isOpen() || tagName === "dd";
    if (!isFirst) writer[inList ? "endLine" : "gap"]();
    visit(childNodes, () => writer[inList ? "endLine" : "gap"]());
  };

  visit(page.childNodes);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === "function") next();
    else if (next.nodeName === "#text" && "value" in next) addText(next.value);
    else if ("tagName" in next) enter(next);
  }
  const guessed = looks.isCut() ? ["what of it is shown, since its style sheets are too long to follow"] : [];
  return { ...writer.finish(), dropped: left.said(), ...(guessed.length > 0 && { guessed }) };
}
