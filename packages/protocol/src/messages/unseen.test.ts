import { assert, property, string } from "fast-check";
import { expect, test } from "vitest";
import { anyCharacter } from "../testing/arbitrary-text.ts";
import { escapeUnseen } from "./unseen.ts";

test("JSON whose unseen characters are escaped means the same, and has its one line's end alone of them", () => {
  const whole = "袖 é 🏃 ||";
  expect(escapeUnseen(whole)).toBe(whole);
  expect(escapeUnseen('"\u007f\u009b\u202e\u200b\u{e0041}"\n')).toBe('"\\u007f\\u009b\\u202e\\u200b\\udb40\\udc41"\n');
  assert(
    property(string({ unit: anyCharacter }), (text) => {
      const line = escapeUnseen(JSON.stringify({ [text]: `${text}\ud83d` }));
      expect(JSON.parse(line)).toEqual({ [text]: `${text}\ud83d` });
      expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/u);
    }),
  );
});
