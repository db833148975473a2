import * as fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

test("the example of RFC 8785, section 3.2.2, is written as it says", () => {
  const value = {
    // Without its 1e30: a whole number beyond 2^53, which readers of I-JSON may round.
    numbers: [333333333.3333333, 4.5, 2e-3, 0.000000000000000000000000001],
    string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/",
    literals: [null, true, false],
  };
  expect(canonicalJson(value)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test("keys are sorted by UTF-16 code units (RFC 8785, section 3.2.3)", () => {
  const value = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\u{1f600}": 5, "\u0080": 6, "\u00f6": 7 };
  expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"\u{1f600}":5,"\ufb33":3}');
});

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, min: -1000, max: 1000 }).map((number) => number + 0),
    fc.string({ unit: "grapheme" }),
    fc.array(tie("value")),
    fc.dictionary(fc.string({ unit: "grapheme" }), tie("value")),
  ),
})).value;

test("any value of JSON comes back, and its text does not depend on the order of keys", () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(reversed(value))).toBe(text);
    }),
  );
});

test.each<[string, () => unknown]>([
  ["a lone surrogate", () => "a\ud800b"],
  ["a lone surrogate in a key", () => ({ "\udfff": 1 })],
  ["NaN", () => Number.NaN],
  ["infinity", () => [Number.POSITIVE_INFINITY]],
  ["a number that readers may round", () => ({ at: 2 ** 53 })],
  ["a negative one", () => -(2 ** 60)],
  ["a bigint", () => 1n],
  ["no value", () => undefined],
])("%s is refused", (_what, value) => {
  expect(() => canonicalJson(value())).toThrow(expect.objectContaining({ code: "malformed_message" }));
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, part]) => [key, reversed(part)]),
  );
}
