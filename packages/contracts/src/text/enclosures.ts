/** A range of UTF-16 positions; `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

interface Kind {
  readonly closes: string;
  readonly form: Enclosure["form"];
}

const kinds: Readonly<Record<string, Kind>> = {
  "(": { closes: ")", form: "bracket" },
  "[": { closes: "]", form: "bracket" },
  "（": { closes: "）", form: "bracket" },
  "【": { closes: "】", form: "title" },
  "《": { closes: "》", form: "title" },
  "〈": { closes: "〉", form: "title" },
  "「": { closes: "」", form: "quote" },
  "『": { closes: "』", form: "title" },
  "“": { closes: "”", form: "quote" },
  "„": { closes: "“”", form: "quote" },
  "‚": { closes: "‘’", form: "quote" },
  "‘": { closes: "’", form: "quote" },
  "«": { closes: "»", form: "quote" },
  "»": { closes: "«", form: "quote" },
  "‹": { closes: "›", form: "quote" },
  "›": { closes: "‹", form: "quote" },
  '"': { closes: '"', form: "quote" },
  // Code within a sentence.
  "`": { closes: "`", form: "quote" },
};

/** Quotation or bracket: from its opening mark to behind its closing one. */
export interface Enclosure extends Range {
  /** A title, such as 《…》, ends no sentence, whatever mark stands in it. */
  readonly form: "quote" | "bracket" | "title";
}

const marks = /[()[\]（）【】《》〈〉「」『』“”„‚‘’«»‹›"`]/g;
// Limits of what is taken for one: a mark that is never closed, or much later, encloses nothing.
const longest = 1200;
const deepest = 8;

/** Outermost quotations and brackets of a text that are closed, in order. Takes one step for each mark, whatever stands in the text. */
export function enclosuresIn(text: string): readonly Enclosure[] {
  const found: Enclosure[] = [];
  const open: { mark: string; start: number }[] = [];
  marks.lastIndex = 0;
  for (let match = marks.exec(text); match !== null; match = marks.exec(text)) {
    const [mark] = match;
    const at = match.index;
    const level = mayClose(text, at, mark) ? open.findLastIndex((one) => kinds[one.mark]?.closes.includes(mark)) : -1;
    const opened = open[level];
    if (opened && at - opened.start <= longest) {
      open.length = level;
      while ((found.at(-1)?.start ?? -1) > opened.start) found.pop();
      found.push({ start: opened.start, end: at + 1, form: kinds[opened.mark]?.form ?? "quote" });
    } else if (kinds[mark] && mayOpen(text, at, mark)) {
      if (open.length === deepest) open.shift();
      open.push({ mark, start: at });
    }
  }
  return found;
}

/** Marks that open and close alike, and apostrophes, are told apart by what stands beside them. */
function mayOpen(text: string, at: number, mark: string): boolean {
  if (!/["`‘»›“]/.test(mark)) return true;
  return (
    (at === 0 ||
      /[\s([{（「『*_—–-]/.test(text.charAt(at - 1)) ||
      /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}：，、。]/u.test(text.charAt(at - 1))) &&
    /\S/.test(text.charAt(at + 1))
  );
}

function mayClose(text: string, at: number, mark: string): boolean {
  if (mark === "’" || mark === "‘") return /[\p{L}\p{N}.!?…,]/u.test(text.charAt(at - 1)) && !/[\p{L}\p{N}]/u.test(text.charAt(at + 1));
  return !/["`]/.test(mark) || (at > 0 && /\S/.test(text.charAt(at - 1)));
}
