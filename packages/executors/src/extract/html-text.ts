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
  const lines: string[] = [];
  let line = "";
  const endLine = (): void => {
    const text = line.trim();
    if (text !== "") lines.push(text);
    line = "";
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
  visit(parse(html).childNodes);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === "function") {
      next();
      continue;
    }
    if ("value" in next) {
      const text = next.value.replaceAll(/\s+/g, " ");
      line += line === "" || line.endsWith(" ") ? text.trimStart() : text;
      continue;
    }
    if (!("tagName" in next) || skipped.has(next.tagName)) continue;
    const { tagName, childNodes } = next;
    if (/^h[1-6]$/.test(tagName)) {
      gap();
      visit(childNodes, () => {
        const title = line.trim();
        line = title === "" ? "" : `${"#".repeat(Number(tagName[1]))} ${title}`;
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
      if (line.trim() !== "") line = `${line.trimEnd()} | `;
      visit(childNodes);
    } else if (tagName === "li") {
      endLine();
      line = "- ";
      visit(childNodes, () => {
        if (line.trim() === "-") line = "";
        endLine();
      });
    } else if (tagName === "tr" || tagName === "dt" || tagName === "dd") {
      endLine();
      visit(childNodes, endLine);
    } else if (blocks.has(tagName) && !(line === "- ")) {
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
