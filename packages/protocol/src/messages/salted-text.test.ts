import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { maxTextLength, saltedDigest, SaltedText, TextName } from "./salted-text.ts";

const salt = "00112233445566778899aabbccddeeff";

test("a salted digest is that of the salt's digits and the text, in UTF-8: a text has another one with every salt", () => {
  const bytes = Buffer.concat([Buffer.from(salt, "ascii"), Buffer.from("keine Tinte für ‚襷‘", "utf8")]);
  expect(saltedDigest({ salt, text: "keine Tinte für ‚襷‘" })).toBe(createHash("sha256").update(bytes).digest("hex"));
  expect(saltedDigest({ salt, text: "no ink" })).toBe("303f9ac8db5fb6d956a468d0e7dcf68d21dbf404caa6f45eb572b37fc0045963");
  expect(saltedDigest({ salt: salt.replace("00", "01"), text: "no ink" })).not.toBe(saltedDigest({ salt, text: "no ink" }));
});

test.each(["contract-violation", "queue_full", "scheduleToStart", "x"])("%s is a code", (code) => {
  expect(TextName.safeParse({ code, sha256: "a".repeat(64) }).success).toBe(true);
});

test.each(["", "the executor threw: no ink", "1st", "a".repeat(65), "ü"])(
  "'%s' is no code: free text has no place in what is signed",
  (code) => {
    expect(TextName.safeParse({ code, sha256: "a".repeat(64) }).success).toBe(false);
  },
);

test.each([{ salt: "short" }, { salt: salt.toUpperCase() }, { text: "a".repeat(maxTextLength + 1) }, { sha256: "a" }])(
  "a salted text with %j is none",
  (wrong) => {
    const right = { sha256: "a".repeat(64), salt, text: "a".repeat(maxTextLength) };
    expect([SaltedText.safeParse(right).success, SaltedText.safeParse({ ...right, ...wrong }).success]).toEqual([true, false]);
  },
);
