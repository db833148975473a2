import { describe, expect, it } from "vitest";
import { z } from "zod";
import { sha256Of } from "../messages/identifiers.ts";
import { defineArtifact } from "./define-artifact.ts";
import { optional } from "./define-role.ts";
import { readDocuments } from "./read-documents.ts";
import type { StageFile } from "./read-text.ts";

const plain = { version: 1, mediaType: "text/plain", maxBytes: 12, schema: z.string(), write: (text: string) => text } as const;
const note = defineArtifact({
  ...plain,
  name: "note",
  file: "note.txt",
  read: (text, file) =>
    text.includes("!") ? { ok: false, unmet: [{ file, line: 1, expected: "calm", got: "!", fix: "no !" }] } : { ok: true, value: text },
});
const page = defineArtifact({ ...plain, name: "page", file: "P*.txt", many: true, read: (text) => ({ ok: true, value: text }) });
const hint = defineArtifact({ ...plain, name: "hint", file: "hint.txt", read: (text) => ({ ok: true, value: text }) });
const slots = [note, optional(page), optional(hint)];

const file = (name: string, content: string | readonly number[]): StageFile => ({
  name,
  bytes: typeof content === "string" ? Buffer.from(content) : Uint8Array.from(content),
});
const read = (...files: StageFile[]) => readDocuments(slots, files);

describe("reading a stage's files", () => {
  it("gives documents by artifact, those of many in the order of their numbers", () => {
    const parsed = read(file("P10.txt", "ten"), file("note.txt", "ä"), file("P2.txt", "two"));
    expect(parsed).toEqual({
      ok: true,
      value: {
        note: [{ name: "note.txt", sha256: sha256Of("ä"), size: 2, text: "ä", value: "ä" }],
        page: [expect.objectContaining({ name: "P2.txt" }), expect.objectContaining({ name: "P10.txt" })],
        hint: [],
      },
    });
  });

  it.each<[string, StageFile[], object]>([
    ["a missing file", [], { file: "note.txt", got: "no such file" }],
    ["an extra file", [file("note.txt", ""), file("notes.txt", "")], { file: "notes.txt", expected: "only note.txt, P*.txt, hint.txt" }],
    ["a number that is none", [file("note.txt", ""), file("P0.txt", "")], { file: "P0.txt" }],
    ["a name twice", [file("note.txt", ""), file("note.txt", "")], { file: "note.txt", got: "the name twice" }],
    ["bytes that are not UTF-8", [file("note.txt", [0x61, 0xff])], { file: "note.txt", expected: "UTF-8" }],
    ["half a character", [file("note.txt", [0xc3])], { file: "note.txt", expected: "UTF-8" }],
    ["a surrogate as bytes", [file("note.txt", [0xed, 0xa0, 0x80])], { file: "note.txt", expected: "UTF-8" }],
    ["a NUL, with its line", [file("note.txt", "a\nb\0")], { file: "note.txt", line: 2, got: "a NUL at byte 3" }],
    ["a file over its cap", [file("note.txt", "x".repeat(13))], { file: "note.txt", got: "13 bytes" }],
    ["what a contract reports", [file("note.txt", "oh!")], { file: "note.txt", line: 1, expected: "calm" }],
  ])("reports %s", (_, files, unmet) => {
    expect(read(...files)).toMatchObject({ ok: false, unmet: expect.arrayContaining([expect.objectContaining(unmet)]) });
  });

  it("reports everything at once", () => {
    const parsed = read(file("note.txt", "oh!"), file("P1.txt", [0xff]), file("x", ""));
    expect(parsed.ok ? [] : parsed.unmet.map((unmet) => unmet.file)).toEqual(["x", "note.txt", "P1.txt"]);
  });

  it("keeps a byte order mark, so that digests and byte ranges are those of the file", () => {
    const parsed = read(file("note.txt", [0xef, 0xbb, 0xbf, 0x61]));
    expect(parsed.ok && parsed.value["note"]).toMatchObject([{ size: 4, text: "\uFEFFa" }]);
  });
});
