import { decodeUtf8 } from "../messages/parse-message.ts";
import type { Unmet } from "../messages/problem.ts";

/** The outcome of reading a text by its contract: a value, or everything that is wrong with it. Reading never throws. */
export type Parsed<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly unmet: readonly Unmet[] };

/** A file of a stage, of which no more than name and bytes are known: it need not be text, nor of any contract. */
export interface StageFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads the text of a file. Refuses a file that is over `maxBytes`, is not UTF-8, or has a NUL. Nothing is repaired, since digests and
 * quotations are of the bytes.
 */
export function readText({ name, bytes }: StageFile, maxBytes: number): Parsed<string> {
  const size = checkSize(name, bytes.length, maxBytes);
  if (size !== undefined) return { ok: false, unmet: [size] };
  try {
    return parseText(decodeUtf8(bytes), name);
  } catch {
    return { ok: false, unmet: [{ file: name, expected: "UTF-8", got: "bytes that are not UTF-8", fix: "save the file as UTF-8" }] };
  }
}

/** Reads a text that is its file's value as it stands. Refuses a text with a NUL, and names the line. */
export function parseText(text: string, fileName: string): Parsed<string> {
  const at = text.indexOf("\0");
  if (at < 0) return { ok: true, value: text };
  const before = text.slice(0, at);
  const unmet: Unmet = {
    file: fileName,
    line: before.split("\n").length,
    expected: "text without NUL",
    got: `a NUL at byte ${Buffer.byteLength(before)}`,
    fix: "save the file as plain text in UTF-8, or remove the NUL",
  };
  return { ok: false, unmet: [unmet] };
}

/** The fault of a file that is over `maxBytes`; undefined where it is not. */
export function checkSize(file: string, size: number, maxBytes: number): Unmet | undefined {
  if (size <= maxBytes) return undefined;
  return { file, expected: `at most ${maxBytes} bytes`, got: `${size} bytes`, fix: "make the file shorter" };
}
