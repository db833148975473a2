import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isGrowing, measureSteps } from "./measure-steps.ts";
import { stepsOfExec } from "./regexp-steps.ts";

test("the search finds what is quadratic, whatever hides it, and nothing in what is linear", async () => {
  const module = new URL("planted.ts", import.meta.url).href;
  const measured = await measureSteps({ module, seed: 1, tries: 40, size: 50, most: 500 });
  const found = measured.filter(({ perByte }) => isGrowing(perByte)).map(({ name }) => name);
  expect(found).toEqual(measured.slice(0, -1).map(({ name }) => name));
});

test("the steps of a pattern are those of a match that the engine finds, too", () => {
  const patterns = [
    /^(?:a|b)*?c/,
    /(?<=a+)b|(?<![bc])c$/m,
    /^\s*(?:[-*]\s+)?\[(C\d+)\] (.*), x\s*$/s,
    /\b(?:a{2}|b{1,3}c?)+\b/gi,
    /[\p{L}\p{N}]+(?![\p{L}])/u,
    /[[\p{L}--[ab]]\d]+$/v,
    /(?:a*)*b/y,
    /“[^“”]+”|(?<!\w)"[^"]+"/u,
  ];
  const text = fc.array(fc.constantFrom(...Array.from('aabcC1 -*[],x\n“”"é😀')), { maxLength: 14 }).map((all) => all.join(""));
  fc.assert(
    fc.property(fc.constantFrom(...patterns), text, (pattern, text) => {
      pattern.lastIndex = 0;
      const match = pattern.exec(text);
      pattern.lastIndex = 0;
      expect(stepsOfExec(pattern, text).match).toEqual(match ? [match.index, match.index + match[0].length] : undefined);
    }),
    { numRuns: 2000 },
  );
});
