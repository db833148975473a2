import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createLookups, findText } from "./find-text.ts";

test("a text is found where the engine finds it, however long it is, and however often it nearly stands there", () => {
  const piece = fc.constantFrom("a", "b", "aaaaaaaa", "a".repeat(150), "é", "\n");
  const pieces = fc.array(piece, { maxLength: 30 }).map((all) => all.join(""));
  fc.assert(
    fc.property(pieces, fc.tuple(fc.nat(4000), fc.nat(600)), fc.nat(50), (text, [start, length], from) => {
      const at = text.length === 0 ? 0 : start % text.length;
      for (const wanted of [text.slice(at, at + length), `${text.slice(at, at + length)}c`]) {
        expect(findText(text, wanted, from)).toBe(text.indexOf(wanted, from));
        const [bytes, wantedBytes] = [Buffer.from(text), Buffer.from(wanted)];
        expect(findText(bytes, wantedBytes)).toBe(bytes.indexOf(wantedBytes));
      }
    }),
    { numRuns: 300 },
  );
});

test("lookups find what is there, until they have read too much", () => {
  const lookups = createLookups(300);
  expect(lookups.find("b", ["a", "ab"])).toBe(true);
  expect(lookups.indexOf("ab", "b")).toBe(1);
  expect(lookups.find("b", [])).toBe(false);
  expect(lookups.gaveUp).toBe(false);
  expect(lookups.find("b", ["a".repeat(299), "b"])).toBe(false);
  expect(lookups.gaveUp).toBe(true);
});
