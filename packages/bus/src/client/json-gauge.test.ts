import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createJsonGauge } from "./json-gauge.ts";

/** Depth and number of values of what was parsed. */
function measure(value: unknown): { readonly depth: number; readonly values: number } {
  if (typeof value !== "object" || value === null) return { depth: 0, values: 0 };
  const inner = Object.values(value).map(measure);
  const separators = Math.max(0, inner.length - 1);
  return {
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
    values: 1 + separators + inner.reduce((sum, { values }) => sum + values, 0),
  };
}

/** Judgement of a gauge on a text that comes in pieces of a size. */
function judge(text: string, limit: { bytes?: number; values?: number }, size = 7): string | undefined {
  const gauge = createJsonGauge({ bytes: 1_000_000, values: 1_000_000, ...limit });
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; from += size) {
    const said = gauge.add(bytes.subarray(from, from + size));
    if (said !== undefined) return said;
  }
  return undefined;
}

test("it counts what a parser would build, in whatever pieces the bytes come", () => {
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 8 }).map((text) => `[${text}]`),
      fc.integer({ min: 1, max: 50 }),
      (text, size) => {
        const { values } = measure(JSON.parse(text));
        expect(judge(text, { values }, size)).toBeUndefined();
        expect(judge(text, { values: values - 1 }, size)).toBe(`it has more than ${values - 1} values`);
      },
    ),
  );
});

test("what stands in a text is no list and no object", () => {
  const texts = ['"', "[[[", "\\", '\\"[', "{,}", "\u2028[", "𝒳{"];
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...texts)).map((parts) => parts.join("")),
      (text) => {
        expect(judge(JSON.stringify([text]), { values: 1 })).toBeUndefined();
      },
    ),
  );
});

test("64 levels are read, and no more", () => {
  expect(judge("[".repeat(64) + "]".repeat(64), {})).toBeUndefined();
  expect(judge("[".repeat(65), {})).toBe("it has more than 64 levels");
  expect(judge('{"a":'.repeat(65), {})).toBe("it has more than 64 levels");
  expect(judge("[".repeat(65), { bytes: 64 })).toBe("it has more than 64 bytes");
});

test.for([
  ["a quotation mark on the line before", `id: "\ndata: ${"[".repeat(65)}`],
  ["one that ends with a carriage return", `id: "\rdata: ${"[".repeat(65)}`],
  ["brackets that close nothing", `id: ${"]".repeat(100)}\ndata: ${"[".repeat(65)}`],
] as const)("%s hides nothing of an event's data", ([, event]) => {
  expect(judge(event, {})).toBe("it has more than 64 levels");
});
