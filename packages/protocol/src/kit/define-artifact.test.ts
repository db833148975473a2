import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { refOf } from "../messages/identifiers.ts";
import { type Artifact, defineArtifact, fileNameOf, isFileOf, type ValueOf } from "./define-artifact.ts";

const note = defineArtifact({
  name: "note",
  version: 2,
  file: "note.md",
  mediaType: "text/markdown",
  maxBytes: 8,
  schema: z.object({ words: z.array(z.string()) }),
  read: (text) => ({ ok: true, value: { words: text.split(" ") } }),
  write: ({ words }) => words.join(" "),
});
const pages = defineArtifact({
  name: "page",
  version: 1,
  file: "P*.txt",
  many: true,
  mediaType: "text/plain",
  maxBytes: 8,
  schema: z.string(),
  read: (text) => ({ ok: true, value: text }),
  write: (text) => text,
});

describe("an artifact", () => {
  it("infers its name, its value and whether there are many", () => {
    expectTypeOf(note).toEqualTypeOf<Artifact<"note", { words: string[] }, false>>();
    expectTypeOf(pages).toEqualTypeOf<Artifact<"page", string, true>>();
    expectTypeOf<ValueOf<typeof note>>().toEqualTypeOf<{ words: string[] }>();
  });

  it("does not compile when it is read as, or written from, something else than its schema", () => {
    const rest = {
      name: "note",
      version: 1,
      file: "note.md",
      mediaType: "text/plain",
      maxBytes: 8,
      schema: z.object({ n: z.number() }),
    } as const;
    // @ts-expect-error the value read is not one of the schema: n is a number
    defineArtifact({ ...rest, read: () => ({ ok: true, value: { n: "1" } }), write: () => "" });
    // @ts-expect-error format reads a field that the schema doesn't have
    defineArtifact({ ...rest, read: () => ({ ok: true, value: { n: 1 } }), write: ({ words }) => String(words) });
    // @ts-expect-error a media type that no artifact may have
    const picture = defineArtifact({ ...rest, mediaType: "image/png", read: () => ({ ok: true, value: { n: 1 } }), write: () => "" });
    expectTypeOf<ValueOf<typeof picture>>().toEqualTypeOf<{ n: number }>();
  });

  it("refuses a text over its cap, in bytes, before it is read", () => {
    expect(note.read("äääää", "other.md")).toEqual({
      ok: false,
      unmet: [{ file: "other.md", expected: "at most 8 bytes", got: "10 bytes", fix: "make the file shorter" }],
    });
    expect(note.read("a b").ok).toBe(true);
  });

  it("takes only complete files where it can't complete", () => {
    expect(note.complete("a b", { run: "", documents: {} })).toEqual({ ok: true, value: "a b" });
  });

  it("knows its files", () => {
    const names = ["P1.txt", "P12.txt", "P0.txt", "P01.txt", "P.txt", "P1.txt.bak", "xP1.txt", "P1e3.txt", "P-1.txt", "note.md"];
    expect(names.filter((name) => isFileOf(pages, name))).toEqual(["P1.txt", "P12.txt"]);
    expect(names.filter((name) => isFileOf(note, name))).toEqual(["note.md"]);
    expect([fileNameOf(pages, 3), fileNameOf(note), refOf(note)]).toEqual(["P3.txt", "note.md", "note@2"]);
  });
});
