import type { AnswerLimit } from "./answer-limits.ts";
import { createJsonGauge, type JsonGauge } from "./json-gauge.ts";

const lineFeed = 0x0a;

/** Pace of an event: it has so much time, and as much again as its bytes take at this rate. */
export interface Pace {
  readonly firstMs: number;
  readonly bytesPerMs: number;
}

/** The pace that a bus demands of an upload. */
const slowest: Pace = { firstMs: 30_000, bytesPerMs: 64 };

/**
 * Passage for the events of a feed. It ends before the first one that breaks the limits of an event, and `onBroken` is told which limit. Events end
 * with a blank line (WHATWG HTML, 9.2.5); those with lines that end by a carriage return, which no node writes, are counted as one. It ends, too,
 * before an event that takes too long to come, of which nobody is told: the network may be slow, and another connection may bring it.
 */
export function createBoundedEvents(
  limit: AnswerLimit,
  onBroken: (why: string) => void,
  { firstMs, bytesPerMs }: Pace = slowest,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const begin = (): JsonGauge => createJsonGauge(limit);
  let event = begin();
  let isLineEmpty = true;
  let began: number | undefined;
  let size = 0;
  return new TransformStream({
    transform(chunk, controller) {
      let from = 0;
      let whole = 0;
      began ??= performance.now();
      const isLate = performance.now() - began > firstMs + size / bytesPerMs;
      size += chunk.length;
      if (isLate) return controller.terminate();
      for (let broken: string | undefined; from < chunk.length;) {
        const lineEnd = chunk.indexOf(lineFeed, from) + 1;
        const end = lineEnd === 0 ? chunk.length : lineEnd;
        const isBlank = isLineEmpty && lineEnd === from + 1;
        if (isBlank) {
          event = begin();
          began = undefined;
          size = 0;
          whole = end;
        } else broken = event.add(chunk.subarray(from, end));
        if (broken !== undefined) {
          onBroken(broken);
          controller.enqueue(chunk.subarray(0, whole));
          controller.terminate();
          return;
        }
        isLineEmpty = lineEnd !== 0;
        from = end;
      }
      controller.enqueue(chunk);
    },
  });
}
