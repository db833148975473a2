import { type Artifact, defineArtifact, defineRole, optional, type Parsed } from "@tasuki/protocol";
import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { defineExecutor } from "./define-executor.ts";

const Line = z.object({ text: z.string() });
type Line = z.infer<typeof Line>;

/** An artifact whose text is its value. */
function line<const Name extends string, const Many extends boolean = false>(
  name: Name,
  file: string,
  many?: Many,
): Artifact<Name, Line, Many> {
  return defineArtifact<Name, typeof Line, Many>({
    name,
    file,
    ...(many !== undefined && { many }),
    version: 1,
    mediaType: "text/plain",
    maxBytes: 1000,
    schema: Line,
    read: (text, file): Parsed<Line> =>
      text.includes("bad")
        ? { ok: false, unmet: [{ file, expected: "good", got: text, fix: "say it well" }] }
        : { ok: true, value: { text } },
    write: ({ text }) => text,
  });
}

const question = line("question", "question.txt");
const page = line("page", "P*.txt", true);
const clerk = defineRole({
  name: "clerk",
  port: 18104,
  consumes: [question, page],
  produces: [line("answer", "answer.txt"), optional(line("remark", "remark.txt")), line("note", "N*.txt", true)],
  check: () => [],
});
const context = { run: "r", progress: () => undefined };
const file = (name: string, text: string) => ({ name, bytes: Buffer.from(text) });

test("a work gets typed documents, and its values become files under the names of their contracts", async () => {
  const work = defineExecutor(clerk, (inputs) => {
    expectTypeOf(inputs.question.value).toEqualTypeOf<Line>();
    expectTypeOf(inputs.page[0]?.value).toEqualTypeOf<Line | undefined>();
    return { answer: { text: inputs.question.text.toUpperCase() }, remark: undefined, note: inputs.page.map(({ value }) => value) };
  });
  const files = await work.perform(
    [file("P2.txt", "two"), file("question.txt", "why"), file("P1.txt", "one"), file("later.txt", "for a later role")],
    context,
  );
  expect(files).toEqual({ ok: true, value: [file("answer.txt", "WHY"), file("N1.txt", "one"), file("N2.txt", "two")] });
});

test("inputs that break their contracts are reported, and the work isn't begun", async () => {
  const work = defineExecutor(clerk, () => {
    throw new Error("begun");
  });
  const files = await work.perform([file("question.txt", "bad")], context);
  expect(files).toMatchObject({ ok: false, unmet: [{ file: "question.txt", got: "bad" }] });
});

test("what a work throws is its caller's to judge", async () => {
  const work = defineExecutor(clerk, () => Promise.reject(new Error("no idea")));
  await expect(work.perform([file("question.txt", "why")], context)).rejects.toThrow("no idea");
});

test("only exactly the role's outputs compile", () => {
  const answer = { text: "because" };
  const whole = { answer, remark: undefined, note: [] };
  expect(defineExecutor(clerk, () => whole).role).toBe(clerk);
  defineExecutor(clerk, async () => ({ ...whole, remark: { text: "so" } }));
  // @ts-expect-error -- 'note' and 'remark' are missing
  defineExecutor(clerk, () => ({ answer }));
  // @ts-expect-error -- an answer has a text, not a number
  defineExecutor(clerk, () => ({ ...whole, answer: { text: 1 } }));
  // @ts-expect-error -- of notes there are many
  defineExecutor(clerk, () => ({ ...whole, note: answer }));
  // @ts-expect-error -- "role 'clerk' does not produce 'summary'"
  defineExecutor(clerk, () => ({ ...whole, summary: answer }));
  // @ts-expect-error -- the same, where it comes later
  defineExecutor(clerk, async () => ({ ...whole, summary: answer }));
  // @ts-expect-error -- the role doesn't consume 'answer'
  defineExecutor(clerk, ({ answer }) => ({ ...whole, answer }));
});
