import { expect, test } from "vitest";
import { toSourceBlocks } from "./reading.ts";

test("Blocks come out in bytes; neighbours of one kind are one, and what is blank is none", () => {
  const text = "メニュー\n\nMenu\n本文\n脚注\n \n";
  expect(
    toSourceBlocks(text, [
      { from: 0, to: 4, kind: "navigation" },
      { from: 6, to: 10, kind: "navigation" },
      { from: 14, to: 16, kind: "footnote" },
      { from: 16, to: 18, kind: "table" },
    ]),
  ).toEqual([
    { from: 0, to: 18, kind: "navigation" },
    { from: 26, to: 32, kind: "footnote" },
  ]);
});
