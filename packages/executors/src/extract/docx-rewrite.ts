import { grouped } from "./html-scripts.ts";

/** Counts of what a document's text leaves out. */
export interface LeftOut {
  /** Characters that tracked changes delete. */
  deleted: number;
  /** Charts, diagrams, and documents of other programs within the text. */
  embedded: number;
}

/** An element whose content is made anew, as far as it has been read. */
interface Frame {
  readonly name: string;
  readonly pieces: string[];
  /** Pieces of the alternative for new programs, and whether there is one for all. */
  readonly choice: string[];
  hasFallback: boolean;
  /** Reading of a ruby. */
  reading: string;
}

// Formulas and text boxes within each other. What is deeper is read, but not made anew.
const deepest = 16;
const texts = new Set("w:ruby w:rt w:rubyBase m:oMath m:e m:sup m:sub m:num m:den m:deg m:rad m:d".split(" "));
const framed = new Set([...texts, "mc:AlternateContent", "mc:Choice", "w:txbxContent"]);
const embedded = new Set("w:altChunk c:chart dgm:relIds o:OLEObject".split(" "));
const token = /<[^<>]*>|[^<]+|</g;

/**
 * Rewrites a part of a DOCX (ECMA-376, part 1) so that its reader finds what it would pass over: simple fields, ruby, formulas, and text boxes that have no form
 * for old programs. Hidden and twice struck text becomes struck text, and so does that of the styles which are `gone`. What has no text is counted in `left`.
 */
export function rewriteDocx(xml: string, left: LeftOut, gone: ReadonlySet<string> = new Set()): string {
  const whole: string[] = [];
  let isGone = false;
  const frames: Frame[] = [];
  let [beyond, isText, isDeleted] = [0, false, false];
  const add = (piece: string): void => void (frames.at(-1)?.pieces ?? whole).push(piece);
  const frame = (name: string, isEnd: boolean): void => {
    if (!isEnd && frames.length < deepest) frames.push({ name, pieces: [], choice: [], hasFallback: false, reading: "" });
    else if (!isEnd) beyond += 1;
    else if (beyond > 0) beyond -= 1;
    else if (frames.at(-1)?.name === name) close(frames);
  };
  /** Closes the innermost frame: what it holds goes into the one around it. */
  const close = (open: Frame[]): void => {
    const closed = open.pop();
    if (closed === undefined) return;
    const outer = open.at(-1);
    if (closed.name === "w:rt" && outer !== undefined) outer.reading = closed.pieces.join("");
    else if (closed.name === "mc:Choice" && outer !== undefined) outer.choice.push(...closed.pieces);
    else add(contentOf(closed));
  };
  for (const [piece] of xml.matchAll(token)) {
    const inside = frames.at(-1)?.name ?? "";
    const isMade = texts.has(inside);
    const [, slash = "", name = ""] = /^<(\/?)([\w:.-]+)/.exec(piece) ?? [];
    const isEnd = slash !== "";
    if (name === "") {
      if (isDeleted) left.deleted += piece.length;
      if (isMade ? isText : inside !== "mc:Choice") add(piece);
    } else if (name === "w:t" || name === "m:t" || name === "w:delText") {
      const isOpen = !isEnd && !piece.endsWith("/>");
      [isText, isDeleted] = [isOpen, isOpen && name === "w:delText"];
      if (!isMade && inside !== "mc:Choice") add(piece);
    } else if (framed.has(name) && !piece.endsWith("/>")) frame(name, isEnd);
    else if (embedded.has(name)) left.embedded += isEnd ? 0 : 1;
    else if (name === "m:chr" && isMade) add(/m:val="([^"]*)"/.exec(piece)?.[1] ?? "");
    else if (!isMade && inside !== "mc:Choice") {
      const alternative = frames.at(-1);
      if (name === "mc:Fallback" && alternative !== undefined) alternative.hasFallback = true;
      if (name === "w:p") isGone = false;
      if (name === "w:pStyle") isGone = gone.has(/w:val="([^"]*)"/.exec(piece)?.[1] ?? "");
      if (name === "w:rStyle" && gone.has(/w:val="([^"]*)"/.exec(piece)?.[1] ?? "")) add("<w:strike/>");
      // The contents of these two are read as if they were not there.
      if (name !== "w:fldSimple" && name !== "mc:Fallback")
        add(name === "w:dstrike" || name === "w:vanish" ? piece.replace(name, "w:strike") : piece);
      // The first properties of a run are read.
      if (name === "w:r" && isGone && !isEnd && !piece.endsWith("/>")) add("<w:rPr><w:strike/></w:rPr>");
    }
  }
  // Elements that the file does not end.
  while (frames.length > 0) close(frames);
  return whole.join("");
}

/** Content of an element as it is made anew. */
function contentOf({ name, pieces, choice, hasFallback, reading }: Frame): string {
  const text = pieces.join("");
  switch (name) {
    case "w:ruby":
      return `<w:t>${text}${reading === "" ? "" : `(${reading})`}</w:t>`;
    case "m:oMath":
      return `<w:r><w:t xml:space="preserve">${text}</w:t></w:r>`;
    case "m:sup":
      return text === "" ? "" : `^${grouped(text)}`;
    case "m:sub":
      return text === "" ? "" : `_${grouped(text)}`;
    case "m:num":
      return grouped(text);
    case "m:den":
      return `/${grouped(text)}`;
    case "m:deg":
      return text === "" ? "" : `${text} `;
    case "m:rad":
      return `√(${text})`;
    case "m:d":
      return `(${text})`;
    case "w:txbxContent":
      return `<w:txbxContent>${text}</w:txbxContent>`;
    case "mc:AlternateContent":
      return hasFallback || choice.length === 0 ? text : `<w:pict>${choice.join("")}</w:pict>`;
    default:
      return text;
  }
}
