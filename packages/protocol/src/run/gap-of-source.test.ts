import { expect, test } from "vitest";
import { gapOfSource } from "./gap-of-source.ts";

const text = { name: "S1.txt", sha256: "0".repeat(64), size: 1 };

test("a gap says what befell the source, and no more than that", () => {
  expect(gapOfSource({ text })).toBeUndefined();
  expect(gapOfSource({ text, guessed: ["its encoding, taken for windows-1252"] })).toBe(
    "was read by a guess: its encoding, taken for windows-1252",
  );
  expect(gapOfSource({ text, dropped: ["pictures: 2", "hidden text: 3 characters"] })).toBe(
    "was not read whole: its text leaves out pictures: 2; hidden text: 3 characters",
  );
  expect(gapOfSource({ text, dropped: ["pictures: 2"], guessed: ["its columns"] })).toBe(
    "was not read whole: its text leaves out pictures: 2, and was read by a guess: its columns",
  );
  expect(gapOfSource({ unreadable: "there is no\ntext in it" })).toBe("can't be read: there is no text in it");
  expect(gapOfSource({})).toBe("can't be read");
});
