import type { Subject } from "./worst-case.ts";

/** The place of two texts in another one, as it was once found: of a long line, all was read again for each time that it has the first. */
function place(text: string, first: string, second: string): number | undefined {
  for (let at = text.indexOf(first); at !== -1; at = text.indexOf(first, at + 1)) {
    const start = text.lastIndexOf("\n", at) + 1;
    const next = text.indexOf("\n", at);
    if (text.slice(start, next === -1 ? text.length : next).includes(second)) return text.slice(0, start).split("\n").length;
  }
  return undefined;
}

function pairs(text: string): number {
  const words = text.split(" ");
  let found = 0;
  for (let one = 0; one < words.length; one += 1) for (let other = 0; other < one; other += 1) found += Number(words[one] === words[other]);
  return found;
}

const functions: Readonly<Record<string, (text: string) => unknown>> = {
  "a loop in a loop": pairs,
  "a line that is read for each of its words": (text) => place(text, "Q1", "no such text"),
  "a pattern that goes back": (text) => /[ \t]+#+[ \t]*$/.test(text),
  "a list that is searched for each element": (text) => text.split(" ").filter((word, at, words) => words.indexOf(`${word}.`) === at),
  "a list that is copied for each element": (text) => Array.from(text).reduce<readonly string[]>((all, one) => [...all, one], []),
  "a long text that nearly repeats": (text) => text.includes(`${text.slice(0, text.length / 4)}b${text.slice(0, text.length / 4)}`),
  "a text that grows and is looked at": (text) => text.split(" ").reduce((all, word) => (all.endsWith("#") ? all : `${all} | ${word}`)),
  "a text that is read once": (text) => text.replaceAll(/(?<![ \t])[ \t]+#/g, "#").split("\n"),
};

/** Functions whose steps grow with the square of their input's size, of which the search must find inputs that show it; last, one with linear steps. */
export const subjects: readonly Subject[] = Object.entries(functions).map(([name, of]) => ({
  name,
  parts: ["one", "two"],
  tokens: ["a", " ", "\n", "# ", "Q1", "Q1 ", "|"],
  prepare(fill) {
    const text = ["one", "two"].flatMap((part) => [...fill(part)]).join("");
    return { bytes: Buffer.byteLength(text), run: () => of(text) };
  },
}));
