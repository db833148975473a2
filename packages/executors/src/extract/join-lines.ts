const broken = /\p{L}[-\u2010\u00AD]$/u;
// Distinct words from which on a document has most words of its language that its compounds are made of.
const fewestWords = 1_000;
const longestWord = 80;

/** Words in one piece, and the parts of compounds: not the halves of what a line's end breaks. */
export function wordsOf(lines: readonly string[]): ReadonlySet<string> {
  const words = new Set<string>();
  let isHalf = false;
  for (const text of lines) {
    const found = text.toLowerCase().match(/\p{L}+(?:[-\u2010]\p{L}+)*[-\u2010\u00AD]?/gu) ?? [];
    for (const [at, word] of found.entries()) {
      const isLast = at === found.length - 1 && broken.test(text);
      if (isLast || (isHalf && at === 0)) continue;
      const whole = word.replaceAll(/\u2010/g, "-").replace(/[-\u00AD]$/, "");
      for (const part of [whole, ...whole.split("-")]) words.add(part);
    }
    isHalf = broken.test(text);
  }
  return words;
}

/** True where a line goes on in the next without a space, as in Japanese and Chinese. */
export function isUnspaced(line = "", next = ""): boolean {
  return (
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー々、，・「『（《〈]$/u.test(line.slice(-2)) &&
    /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー々、。，．・」』）》〉（「『]/u.test(next)
  );
}

/** Text of lines, each with what is between it and the one before. Words that a line's end breaks are joined, if the `words` of the document are given. */
export function joinLines(
  lines: readonly string[],
  { words, between }: { readonly words: ReadonlySet<string> | undefined; readonly between: (at: number) => string },
): string {
  // Pieces, since a text that grows and is looked at is copied at each look.
  const pieces: string[] = [];
  for (const [at, line] of lines.entries()) {
    const before = lines[at - 1];
    if (before === undefined) pieces.push(line);
    else if (words !== undefined && broken.test(before) && /^[\p{L}\p{N}]/u.test(line)) {
      const joint = jointOf(before, line, words);
      if (joint === "none") pieces.push((pieces.pop() ?? "").slice(0, -1));
      pieces.push(joint === "space" ? ` ${line}` : line);
    } else pieces.push(`${between(at)}${line}`);
  }
  return pieces.join("");
}

/**
 * Joint of a line that ends in a hyphen with the next. The hyphen goes where the document has the word without it elsewhere, or, being long, has
 * not both halves as words of their own; else it stays, since it may be the author's. Readers of the text match both spellings.
 */
function jointOf(line: string, next: string, words: ReadonlySet<string>): "none" | "hyphen" | "space" {
  if (line.endsWith("\u00AD")) return "none";
  // A hyphen that stands for a word's end which comes later: `Vor- und Nachteile`.
  if (/^(?:und|oder|bzw|sowie|and|or|et|ou|y|e|o|u|en|of)\b/.test(next)) return "space";
  const left = /[\p{L}\u2010-]+$/u.exec(line.slice(-longestWord, -1))?.[0].toLowerCase() ?? "";
  const right = /^\p{L}*/u.exec(next.slice(0, longestWord))?.[0].toLowerCase() ?? "";
  const isFragment = words.size >= fewestWords && !(words.has(left) && words.has(right));
  const isOneWord = words.has(left + right) || isFragment;
  const isOneCase = /^\p{Ll}/u.test(next) || /\p{Lu}[-\u2010]$/u.test(line);
  return isOneCase && isOneWord && !words.has(`${left}-${right}`) ? "none" : "hyphen";
}
