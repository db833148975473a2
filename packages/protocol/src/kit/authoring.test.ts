import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { defineAuthoring } from "./authoring.ts";
import { defineArtifact } from "./define-artifact.ts";

const draft = z.object({ to: z.string(), paragraphs: z.array(z.string()) });
const authoring = defineAuthoring({
  prompt: "A line `to: a name`, a blank line, the text.",
  draft,
  fromDraft(value) {
    expectTypeOf(value).toEqualTypeOf<{ to: string; paragraphs: string[] }>();
    return `to: ${value.to}\n\n${value.paragraphs.join("\n\n")}\n`;
  },
});
const letter = {
  name: "letter",
  version: 1,
  file: "letter.txt",
  mediaType: "text/plain",
  maxBytes: 100,
  schema: z.string(),
  read: (text: string) => ({ ok: true, value: text }) as const,
  write: (text: string) => text,
} as const;

test("a draft's text is made of its own value, whose type the schema gives", () => {
  expect(authoring.fromDraft({ to: "Ada", paragraphs: ["A.", "B."] })).toBe("to: Ada\n\nA.\n\nB.\n");
  // @ts-expect-error a draft has paragraphs
  const missing = () => authoring.fromDraft({ to: "Ada" });
  expectTypeOf(missing).returns.toEqualTypeOf<string>();
  // @ts-expect-error the schema says nothing of a date
  const unknown = defineAuthoring({ prompt: "", draft, fromDraft: ({ date }) => String(date) });
  expectTypeOf(unknown.prompt).toEqualTypeOf<string>();
});

test("an artifact takes an authoring with a draft, and one of a prompt alone", () => {
  const drafted = defineArtifact({ ...letter, authoring });
  expect([drafted.authoring?.draft, drafted.authoring?.fromDraft?.({ to: "Ada", paragraphs: [] } as never)]).toEqual([
    draft,
    "to: Ada\n\n\n",
  ]);
  expect(defineArtifact({ ...letter, authoring: { prompt: "The text." } }).authoring).toEqual({ prompt: "The text." });
});
