import { describe, expect, it } from "vitest";
import { parseText, readText } from "./read-text.ts";

const read = (bytes: readonly number[] | string) => readText({ name: "note.txt", bytes: Buffer.from(bytes as string) }, 12);

describe("the text of a file", () => {
  it("is that of its bytes, a byte order mark included", () => {
    expect(read("ä\n袖")).toEqual({ ok: true, value: "ä\n袖" });
    expect(read([0xef, 0xbb, 0xbf, 0x61])).toEqual({ ok: true, value: "\uFEFFa" });
  });

  it.for<[string, readonly number[] | string, object]>([
    ["bytes that are not UTF-8", [0x61, 0xff], { expected: "UTF-8", got: "bytes that are not UTF-8", fix: "save the file as UTF-8" }],
    ["half a character", [0xc3], { expected: "UTF-8" }],
    ["UTF-16 with its mark", [0xff, 0xfe, 0x61, 0], { expected: "UTF-8" }],
    ["a NUL, with its line and its byte", "ä\nb\0", { line: 2, expected: "text without NUL", got: "a NUL at byte 4" }],
    ["a file over its cap, before its text", "\0".repeat(13), { expected: "at most 12 bytes", got: "13 bytes" }],
  ])("is refused: %s", ([, bytes, unmet]) => {
    expect(read(bytes)).toMatchObject({ ok: false, unmet: [{ file: "note.txt", ...unmet }] });
  });

  it("is refused in the same words where it comes as a text", () => {
    expect(parseText("ä\nb\0", "note.txt")).toEqual(read("ä\nb\0"));
  });
});
