import { type DefaultTreeAdapterTypes, parse } from "parse5";

type Node = DefaultTreeAdapterTypes.ChildNode;

const skipped = new Set(
  "script style noscript template nav footer head svg math iframe object canvas select button input textarea dialog".split(" "),
);
const blocks = new Set(
  "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure form header hr html legend li main ol p section summary table tbody tfoot thead tr ul".split(
    " ",
  ),
);

/** Readable text of an HTML page: headings as `#`, list items as `- `, a table row as one line with ` | `, `pre` as it stands. */
export function htmlToText(html: string): string {
  return treeToText(parse(html));
}

/** Text of a page that was parsed. */
export function treeToText(page: DefaultTreeAdapterTypes.Document): string {
  const lines: string[] = [];
  // The line is kept in pieces, without a space after the last: a text that grows and is looked at is copied at each look.
  let line: string[] = [];
  let isSpaced = false;
  const begin = (...pieces: string[]): void => {
    line = pieces;
    isSpaced = pieces.length > 0;
  };
  const isBullet = (): boolean => line.length === 1 && line[0] === "-";
  const add = (words: string): void => {
    const text = words.trim();
    isSpaced ||= line.length > 0 && words.startsWith(" ");
    if (text === "") return;
    line.push(isSpaced ? ` ${text}` : text);
    isSpaced = words.endsWith(" ");
  };
  const endLine = (): void => {
    if (line.length > 0) lines.push(line.join(""));
    begin();
  };
  const gap = (): void => {
    endLine();
    if (lines.length > 0 && lines.at(-1) !== "") lines.push("");
  };

  // The stack is our own, because hostile pages nest deeper than the call stack goes. A function on it is called after an element's children.
  const stack: (Node | (() => void))[] = [];
  const visit = (children: readonly Node[], after?: () => void): void => {
    if (after) stack.push(after);
    for (let at = children.length - 1; at >= 0; at -= 1) {
      const child = children[at];
      if (child) stack.push(child);
    }
  };
  visit(page.childNodes);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === "function") {
      next();
      continue;
    }
    if ("value" in next) {
      add(next.value.replaceAll(/\s+/g, " "));
      continue;
    }
    if (!("tagName" in next) || skipped.has(next.tagName)) continue;
    const { tagName, childNodes } = next;
    if (/^h[1-6]$/.test(tagName)) {
      gap();
      visit(childNodes, () => {
        if (line.length > 0) line.unshift(`${"#".repeat(Number(tagName[1]))} `);
        gap();
      });
    } else if (tagName === "pre") {
      gap();
      for (const text of textOf(next)
        .replace(/^\r?\n/, "")
        .trimEnd()
        .split(/\r?\n/))
        lines.push(text.trimEnd());
      gap();
    } else if (tagName === "br") {
      endLine();
    } else if (tagName === "td" || tagName === "th") {
      if (line.length > 0) {
        line.push(" |");
        isSpaced = true;
      }
      visit(childNodes);
    } else if (tagName === "li") {
      endLine();
      begin("-");
      visit(childNodes, () => {
        if (isBullet()) begin();
        endLine();
      });
    } else if (tagName === "tr" || tagName === "dt" || tagName === "dd") {
      endLine();
      visit(childNodes, endLine);
    } else if (blocks.has(tagName) && !(isBullet() && isSpaced)) {
      gap();
      visit(childNodes, gap);
    } else {
      visit(childNodes);
    }
  }
  endLine();
  return `${lines.join("\n").trim()}\n`;
}

/** Text below an element, with its line ends. */
function textOf(element: DefaultTreeAdapterTypes.Element): string {
  const parts: string[] = [];
  const stack: Node[] = element.childNodes.toReversed();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if ("value" in node) parts.push(node.value);
    else if ("childNodes" in node) for (const child of node.childNodes.toReversed()) stack.push(child);
  }
  return parts.join("");
}
