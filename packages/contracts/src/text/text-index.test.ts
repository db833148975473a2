import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { indexText } from "./text-index.ts";

describe("an indexed text", () => {
  it("gives the line of each byte, a line end belonging to the line that it ends", () => {
    const index = indexText("ä\nb\n\nc");
    expect([0, 1, 2, 3, 4, 5, 6].map((byte) => index.lineOf(byte))).toEqual([1, 1, 1, 2, 2, 3, 4]);
    expect(index.pageOf(3)).toBeUndefined();
  });

  it("gives the page, where form feeds part pages", () => {
    const index = indexText("a\n\fb\fc");
    expect([0, 3, 5].map((byte) => index.pageOf(byte))).toEqual([1, 2, 3]);
  });

  it("counts as one would by hand, whatever the text", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("\n", "\f", "a", "ä", "\r\n", "😀")), fc.nat(), (pieces, at) => {
        const bytes = Buffer.from(pieces.join(""));
        const byte = bytes.length === 0 ? 0 : at % bytes.length;
        const before = bytes.subarray(0, byte);
        const index = indexText(pieces.join(""));
        expect(index.lineOf(byte)).toBe(before.filter((value) => value === 10).length + 1);
        expect(index.pageOf(byte) ?? 1).toBe(before.filter((value) => value === 12).length + 1);
      }),
    );
  });

  it("gives the UTF-16 position of a byte, in long texts too", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "ä", "語", "😀", "é".repeat(700))), fc.nat(), (pieces, at) => {
        const before = pieces.slice(0, at % (pieces.length + 1)).join("");
        expect(indexText(pieces.join("")).positionOf(Buffer.byteLength(before))).toBe(before.length);
      }),
    );
  });
});
