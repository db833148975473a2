import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { splitSentences } from "./sentences.ts";

const split = (text: string): string[] => splitSentences(text).map(({ start, end }) => text.slice(start, end));

describe("sentences", () => {
  it.each([
    ["Two of them. One after the other.", ["Two of them.", "One after the other."]],
    ["Dr. Smith met Prof. Jones, e.g. on Monday. They spoke.", ["Dr. Smith met Prof. Jones, e.g. on Monday.", "They spoke."]],
    ["See Fig. 3 and No. 7 vs. Eq. 2. It holds.", ["See Fig. 3 and No. 7 vs. Eq. 2.", "It holds."]],
    ["J. R. R. Tolkien wrote it. He did.", ["J. R. R. Tolkien wrote it.", "He did."]],
    ["It is 3.14 in version 2.0.1. Use node.js now.", ["It is 3.14 in version 2.0.1.", "Use node.js now."]],
    ["A line\nthat goes on. Then\r\nanother.", ["A line\nthat goes on.", "Then\r\nanother."]],
    ["Is it? Yes! No.", ["Is it?", "Yes!", "No."]],
    ["He said “Stop. Go. Stop.” and left. She stayed.", ["He said “Stop. Go. Stop.” and left.", "She stayed."]],
    ['He said "Stop. Go." She stayed.', ['He said "Stop. Go."', "She stayed."]],
    ["它是什么。它在这里。", ["它是什么。", "它在这里。"]],
    ["**Not one without it.** The next.", ["**Not one without it.**", "The next."]],
    ["It is _so._", ["It is _so._"]],
    ["[![Build](a.svg)](b) passes. Yes.", ["[![Build](a.svg)](b) passes.", "Yes."]],
    ["* One. * Two.", ["* One.", "* Two."]],
    ["  \n ", []],
    ["", []],
  ])("%j", (text, sentences) => {
    expect(split(text)).toEqual(sentences);
  });

  it("cover every word, in order, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
        let last = 0;
        let between = "";
        for (const { start, end } of splitSentences(text)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          between += text.slice(last, start);
          last = end;
        }
        expect((between + text.slice(last)).trim()).toBe("");
      }),
    );
  });

  it("are found within a block only", () => {
    expect(splitSentences("One. Two. Three.", { start: 5, end: 9 })).toEqual([{ start: 5, end: 9 }]);
  });
});
