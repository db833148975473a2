import type { AnswerLimit } from "./answer-limits.ts";
import { createJsonGauge, type JsonGauge } from "./json-gauge.ts";

const lineFeed = 0x0a;

/**
 * Passage for the events of a feed. It ends before the first one that breaks the limits of an event, and `onBroken` is told which limit. Events end
 * with a blank line (WHATWG HTML, 9.2.5); those with lines that end by a carriage return, which no node writes, are counted as one.
 */
export function createBoundedEvents(
  limit: AnswerLimit,
  onBroken: (why: string) => void,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const begin = (): JsonGauge => createJsonGauge(limit);
  let event = begin();
  let isLineEmpty = true;
  return new TransformStream({
    transform(chunk, controller) {
      let from = 0;
      let whole = 0;
      for (let broken: string | undefined; from < chunk.length;) {
        const lineEnd = chunk.indexOf(lineFeed, from) + 1;
        const end = lineEnd === 0 ? chunk.length : lineEnd;
        const isBlank = isLineEmpty && lineEnd === from + 1;
        if (isBlank) {
          event = begin();
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
