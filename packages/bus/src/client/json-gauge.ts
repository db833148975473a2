import { isCrumbled } from "@tasuki/protocol";
import { type AnswerLimit, deepestAnswer } from "./answer-limits.ts";

/** Gauge of JSON that comes in pieces. It parses nothing: it counts what a parser would have to build. */
export interface JsonGauge {
  /** Adds the next bytes. Returns a phrase for the limit that they break, once they do. */
  add(bytes: Uint8Array): string | undefined;
}

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const [openList, closeList] = [0x5b, 0x5d];
const [openObject, closeObject] = [0x7b, 0x7d];
const firstPrintable = 0x20;

/** Creates the gauge of one answer, or of one event of a feed: fields of an event before its data are counted as if they were JSON. */
export function createJsonGauge({ bytes: mostBytes, values: mostValues }: AnswerLimit): JsonGauge {
  let [size, chunks] = [0, 0];
  let values = 0;
  let depth = 0;
  let deepest = 0;
  let isInText = false;
  let isEscaped = false;
  const count = (byte: number): void => {
    // A text of JSON ends on its line: what comes after a control character is no text, and a parser does not come to it.
    if (byte < firstPrintable) isInText = isEscaped = false;
    else if (isEscaped) isEscaped = false;
    else if (byte === quote) isInText = !isInText;
    else if (isInText) isEscaped = byte === backslash;
    else if (byte === openList || byte === openObject) {
      values += 1;
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (byte === closeList || byte === closeObject) depth = Math.max(0, depth - 1);
    else if (byte === comma) values += 1;
  };
  return {
    add(bytes) {
      size += bytes.length;
      chunks += 1;
      if (isCrumbled({ bytes: size, chunks })) return `it comes in pieces of a few bytes (${size} bytes so far)`;
      if (size > mostBytes) return `it has more than ${mostBytes} bytes`;
      for (const byte of bytes) count(byte);
      if (deepest > deepestAnswer) return `it has more than ${deepestAnswer} levels`;
      return values > mostValues ? `it has more than ${mostValues} values` : undefined;
    },
  };
}
