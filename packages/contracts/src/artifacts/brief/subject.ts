import { isBackground, isTitle } from "./asks.ts";
import type { Brief } from "./brief.ts";

// Length of a subject, characters.
const longest = 120;
const heading = /^ {0,3}#{1,6}[ \t]+(.*?)[ \t#]*$/;
const labelled =
  /^[*_]{0,2}(?:subject|re|topic|title|betreff|thema|titel|objet|sujet|titre|asunto|tema|título|oggetto|titolo|onderwerp|assunto)[*_]{0,2}\s*:\s*(.+)$|^(?:件名|主題|题目|主题|标题|제목)\s*[：:]\s*(.+)$/iu;

/**
 * Subject of a brief, in a line: its first heading that is no title of a list, a line `Subject: …`, or a short line that stands alone above the
 * rest; else its first question, and how many more there are.
 */
export function subjectOf({ text, questions }: Brief): string {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n|\r/);
  const headings = lines.flatMap((line) => heading.exec(line)?.[1] ?? []);
  const named = headings.find((title) => /[\p{L}\p{N}]/u.test(title) && !isTitle(title) && !isBackground(title));
  const said = lines.flatMap((line) => labelled.exec(line.trim())?.slice(1) ?? []).find((one) => one !== undefined);
  const [first = "", second = ""] = lines.slice(lines.findIndex((line) => line.trim() !== ""));
  const alone =
    second.trim() === "" && lines.length > 1 && isTitleLike(first) && !questions.some((one) => one.text.includes(first.trim()))
      ? first
      : undefined;
  const [asked, ...others] = questions;
  const more = others.length === 0 ? "" : ` (and ${others.length} more ${others.length === 1 ? "question" : "questions"})`;
  return toLine(named ?? said ?? alone) || `${toLine(asked?.text)}${more}`;
}

/** True for a line that names something, rather than saying, asking, greeting or announcing it. */
function isTitleLike(line: string): boolean {
  const plain = line.trim();
  return (
    /^[\p{L}\p{N}]/u.test(plain) &&
    plain.length <= 80 &&
    !/[.,;:!?。！？：、]$|^Q\d/u.test(plain) &&
    !isTitle(plain) &&
    !isBackground(plain)
  );
}

function toLine(text = ""): string {
  const plain = text.replaceAll(/[*`]+|(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, "");
  const characters = Array.from(plain.replaceAll(/[\s\p{Cc}]+/gu, " ").trim());
  return characters.length <= longest
    ? characters.join("")
    : `${characters
        .slice(0, longest - 1)
        .join("")
        .trimEnd()}…`;
}
