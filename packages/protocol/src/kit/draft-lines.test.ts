import { array, assert, constantFrom, nat, property, record } from "fast-check";
import { expect, test } from "vitest";
import { inDraftLines } from "./draft-lines.ts";

const fault = { file: "letter.md", expected: "calm", got: "!", fix: "no !" };

/** Line in the draft that a fault in this line of the completed text is told in. */
function lineIn(draft: string, completed: string, line: number): number | undefined {
  const files = { drafts: new Map([["letter.md", draft]]), completed: new Map([["letter.md", completed]]) };
  return inDraftLines([{ ...fault, line }], files)[0]?.line;
}

test("a fault is told in the line of the draft, whatever completion has put before, between and after its lines", () => {
  const draft = "# A\n\none\n\n# B\n\ntwo !\n";
  const completed = "---\nrun: 1\n---\n\n# A\n\none\n\n# Sources\n\n# B\n\ntwo !\n\n# More\n";
  expect([1, 2, 5, 7, 11, 13, 15].map((line) => lineIn(draft, completed, line))).toEqual([undefined, undefined, 1, 3, 5, 7, undefined]);
});

test("a line that completion has filled in is still the author's", () => {
  expect(lineIn("== C1 S1\n| one\n== C2 S1\n| two\n", "contract: x@1\n\n== C1 S1 bytes=0-2\n| one\n== C2 S1 bytes=4-6\n| two\n", 5)).toBe(
    3,
  );
  expect(lineIn("|a|b|\r\n|-|-|\r\n|x|  y |\r\n", "head\n\n| a | b |\n| --- | --- |\n| x | y |\n", 5)).toBe(3);
});

test("a fault of a file that was not completed, or of no file of the author's, keeps its line", () => {
  expect(lineIn("one\ntwo\n", "one\ntwo\n", 2)).toBe(2);
  expect(inDraftLines([{ ...fault, file: "other.md", line: 7 }], { drafts: new Map(), completed: new Map() })[0]?.line).toBe(7);
});

test("whatever lines are added, a line that stands once in both is found, and none is told beyond the draft", () => {
  const some = array(constantFrom("", "a", "b", "c"), { maxLength: 8 });
  const file = record({ before: some, between: some, after: some, draft: some, at: nat(20) });
  assert(
    property(file, ({ before, between, after, draft, at }) => {
      const unique = "the only line";
      const text = [...draft.slice(0, 3), unique, ...draft.slice(3)].join("\n");
      const completed = [...before, ...draft.slice(0, 3), ...between, unique, ...draft.slice(3), ...after];
      expect(lineIn(text, completed.join("\n"), completed.indexOf(unique) + 1)).toBe(text.split("\n").indexOf(unique) + 1);
      const told = lineIn(text, completed.join("\n"), 1 + (at % completed.length));
      expect(told === undefined || (told >= 1 && told <= text.split("\n").length)).toBe(true);
    }),
  );
});
