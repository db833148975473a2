import { array, assert, property, uint8Array } from "fast-check";
import { expect, test } from "vitest";
import { gatherBytes } from "./gather-bytes.ts";

test("bytes are gathered as they came, however they were parted, and no chunk is written into", () => {
  assert(
    property(array(uint8Array({ maxLength: 40 }), { maxLength: 40 }), (chunks) => {
      const before = Buffer.concat(chunks);
      const gathered = gatherBytes();
      for (const chunk of chunks) gathered.add(chunk);
      expect(gathered.bytes()).toEqual(before);
      expect(gathered.size).toBe(before.length);
      expect(Buffer.concat(chunks)).toEqual(before);
    }),
  );
});

test("a body of many crumbs is told from one of many chunks, and from a few crumbs", () => {
  const of = (count: number, bytes: number): boolean => {
    const gathered = gatherBytes();
    for (let index = 0; index < count; index += 1) gathered.add(Buffer.alloc(bytes));
    return gathered.isCrumbled;
  };
  expect(of(5_000, 1)).toBe(true);
  expect(of(5_000, 64)).toBe(false);
  expect(of(4_000, 1)).toBe(false);
});
