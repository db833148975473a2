import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { answerLimits } from "./answer-limits.ts";
import { createBoundedEvents } from "./bounded-events.ts";

const encoder = new TextEncoder();

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

/** Text that goes through within the pace, its pieces so many milliseconds apart; and what was refused of it. */
async function passed(pieces: readonly string[], everyMs: number) {
  const refused: string[] = [];
  const source = async function* () {
    for (const piece of pieces) {
      yield encoder.encode(piece);
      vi.advanceTimersByTime(everyMs);
    }
  };
  const events = createBoundedEvents(answerLimits.entry, (why) => refused.push(why), { firstMs: 200, bytesPerMs: 64 });
  return { text: await text(ReadableStream.from(source()).pipeThrough(events)), refused };
}

test("a feed ends, without a word against its node, before an event that comes byte by byte", async () => {
  const late = await passed(["data: 1\n\n", ..."data: 2 and so on for as long as anybody listens, or longer\n\n".split("")], 10);
  expect(late.refused).toEqual([]);
  expect(late.text).toMatch(/^data: 1\n\ndata: 2/);
  expect(late.text).not.toContain("longer");
});

test("an event has time for its size, and each has its own", async () => {
  const large = `data: ${"x".repeat(8_192)}\n`;
  for (const pieces of [Array.from({ length: 10 }, () => large), Array.from({ length: 30 }, (_, n) => `data: ${n}\n\n`)])
    expect(await passed(pieces, 30)).toEqual({ text: pieces.join(""), refused: [] });
});
