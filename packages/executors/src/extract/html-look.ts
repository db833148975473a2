import type { DefaultTreeAdapterTypes } from "parse5";
import { attributeOf } from "./html-tree.ts";
import { readStyleSheets } from "./style-sheets.ts";

type Element = DefaultTreeAdapterTypes.Element;

/** Look of an element, as far as it differs from its parent and from other elements of its name. */
export interface Look {
  /** Not at all, or struck. */
  readonly shown?: "none" | "struck";
  /** True where its text is visible, by `visibility`, and has a size: elements within it may declare other than it. */
  readonly isVisible?: boolean;
  readonly hasSize?: boolean;
  /** A line or paragraph of its own, or a part of a table. */
  readonly layout?: "block" | "table" | "row" | "cell" | "header";
  /** True where what is within it stands apart from each other. */
  readonly parts?: boolean;
  /** Above or below the line. */
  readonly raised?: "sup" | "sub";
}

const properties = new Set(
  "display visibility content-visibility opacity font-size text-decoration text-decoration-line vertical-align position left right top bottom text-indent clip clip-path overflow overflow-x overflow-y width height max-width max-height color background background-color".split(
    " ",
  ),
);

/** Reader of how the elements of a page look: by its attributes, and by what its own style sheets say for a screen. */
export function createLooks(page: DefaultTreeAdapterTypes.Document): { readonly lookOf: (element: Element) => Look; isCut(): boolean } {
  const sheets = readStyleSheets(page, properties);
  const lookOf = (element: Element): Look => {
    const declared = sheets.declared(element);
    const display = declared.get("display");
    const [visibility, size] = [declared.get("visibility"), declared.get("font-size")];
    const shown = isUnseen(element, display) || isAway(declared) ? "none" : isStruck(element, declared) ? "struck" : undefined;
    const layout = layoutOf(element, display);
    const raised = /^(?:super|sub)$/.exec(declared.get("vertical-align") ?? "")?.[0];
    return {
      ...(shown && { shown }),
      ...(visibility !== undefined && { isVisible: visibility !== "hidden" && visibility !== "collapse" }),
      ...(size !== undefined && { hasSize: Number.parseFloat(size) !== 0 }),
      ...(layout && { layout }),
      ...(/^(?:inline-)?(?:flex|grid)$/.test(display ?? "") && { parts: true }),
      ...(raised !== undefined && { raised: raised === "super" ? ("sup" as const) : ("sub" as const) }),
    };
  };
  return { lookOf, isCut: () => sheets.isCut() };
}

function isUnseen(element: Element, display: string | undefined): boolean {
  if (display === "none") return true;
  const hidden = attributeOf(element, "hidden");
  // `until-found` is text that a search within the page finds, and a style that shows an element is stronger (HTML, section 6.1).
  if (hidden !== undefined && hidden.toLowerCase() !== "until-found" && display === undefined) return true;
  if (attributeOf(element, "aria-hidden")?.trim().toLowerCase() === "true") return true;
  return element.tagName === "dialog" && attributeOf(element, "open") === undefined && display === undefined;
}

/** True for text that nobody sees, by which a page may tell other things than it shows: transparent, off the screen, cut away, or in the colour of its ground. */
function isAway(declared: ReadonlyMap<string, string>): boolean {
  const valueOf = (name: string): string => declared.get(name) ?? "";
  if (declared.size === 0) return false;
  if (valueOf("content-visibility") === "hidden" || Number.parseFloat(valueOf("opacity")) === 0) return true;
  if (isFar(valueOf("text-indent"))) return true;
  const isPlaced = valueOf("position") === "absolute" || valueOf("position") === "fixed";
  if (isPlaced && ["left", "right", "top", "bottom"].some((side) => isFar(valueOf(side)))) return true;
  if (isPlaced && /^rect\(\s*(?:[01](?:px)?[\s,]+){3}[01](?:px)?\s*\)$/.test(valueOf("clip"))) return true;
  if (/^(?:inset\(\s*(?:50|100)%|circle\(\s*0|polygon\(\s*0[^1-9]*\)$)/.test(valueOf("clip-path"))) return true;
  const isCut = ["overflow", "overflow-x", "overflow-y"].some((name) => /^(?:hidden|clip)/.test(valueOf(name)));
  if (isCut && ["width", "height", "max-width", "max-height"].some((name) => /^[01](?:px)?$/.test(valueOf(name)))) return true;
  const ground = declared.get("background-color") ?? declared.get("background");
  return ground !== undefined && colourOf(valueOf("color")) !== "" && colourOf(valueOf("color")) === colourOf(ground);
}

/** True for a length that leads off any screen. */
function isFar(length: string): boolean {
  const [, value = "0", unit = ""] = /^(-?[\d.]+)(px|r?em|%|v[wh]|ch|pt|cm)?$/.exec(length) ?? [];
  return (
    Number(value) <=
    (unit === "px" || unit === "pt" ? -400 : unit === "cm" ? -20 : unit === "em" || unit === "rem" || unit === "ch" ? -40 : -100)
  );
}

function colourOf(value: string): string {
  const named = { white: "#ffffff", black: "#000000" }[value] ?? value;
  return named.replace(/^#([\da-f])([\da-f])([\da-f])$/, "#$1$1$2$2$3$3").replaceAll(/\s+/g, "");
}

function isStruck(element: Element, declared: ReadonlyMap<string, string>): boolean {
  if (["del", "s", "strike"].includes(element.tagName)) return true;
  return `${declared.get("text-decoration") ?? ""} ${declared.get("text-decoration-line") ?? ""}`.includes("line-through");
}

const roles: Readonly<Record<string, Look["layout"]>> = {
  table: "table",
  grid: "table",
  treegrid: "table",
  row: "row",
  cell: "cell",
  gridcell: "cell",
  columnheader: "header",
  rowheader: "header",
};
const displays: Readonly<Record<string, Look["layout"]>> = {
  block: "block",
  flex: "block",
  grid: "block",
  "flow-root": "block",
  "list-item": "block",
  table: "table",
  "table-row": "row",
  "table-cell": "cell",
};
// Elements without a layout of their own, which others are made of by styles and roles.
const inline = new Set(["span", "b", "i", "em", "strong", "a", "label", "small", "code", "font"]);
const plain = new Set([...inline, "div", "p"]);

function layoutOf(element: Element, display: string | undefined): Look["layout"] {
  if (!plain.has(element.tagName)) return undefined;
  return roles[attributeOf(element, "role")?.toLowerCase() ?? ""] ?? displays[display ?? ""];
}

const ofLayout = { table: "table", row: "tr", cell: "td", header: "th", block: undefined } as const;

/** Name of the element that one is by its role or its style. */
export function nameByLook({ tagName }: Element, { layout, raised }: Look): string {
  return (layout && ofLayout[layout]) ?? (inline.has(tagName) ? raised : undefined) ?? tagName;
}
