import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { defineArtifact, type Document } from "./define-artifact.ts";
import { artifactOf, defineRole, type InputsOf, isOptional, optional, type OutputsOf } from "./define-role.ts";

const plain = { version: 1, mediaType: "text/plain", maxBytes: 8, schema: z.string() } as const;
const text = { read: (value: string) => ({ ok: true, value }) as const, write: (value: string) => value };
const order = defineArtifact({ ...plain, ...text, name: "order", file: "order.txt" });
const page = defineArtifact({ ...plain, ...text, name: "page", file: "P*.txt", many: true });
const answer = defineArtifact({
  ...plain,
  name: "answer",
  file: "answer.txt",
  schema: z.object({ words: z.int() }),
  read: (text) => ({ ok: true, value: { words: text.length } }),
  write: String,
});

const clerk = defineRole({
  name: "clerk",
  port: 1,
  consumes: [order, page, optional(answer)],
  produces: [answer, optional(order), optional(page)],
  check(inputs, outputs, { producer }) {
    expectTypeOf(inputs.order).toEqualTypeOf<Document<string>>();
    expectTypeOf(inputs.page).toEqualTypeOf<readonly Document<string>[]>();
    expectTypeOf(inputs.answer).toEqualTypeOf<Document<{ words: number }> | undefined>();
    expectTypeOf(outputs.answer).toEqualTypeOf<Document<{ words: number }>>();
    // @ts-expect-error the role doesn't consume it
    void inputs.nothing;
    // @ts-expect-error an optional output may be missing
    void outputs.order.text;
    return producer === undefined ? [] : [];
  },
});

type Clerk = typeof clerk;
const work = (answer: OutputsOf<Clerk>): OutputsOf<Clerk> => answer;

describe("a role", () => {
  it("infers its name, port, inputs and outputs from the artifacts that it names", () => {
    expectTypeOf(clerk.name).toEqualTypeOf<"clerk">();
    expectTypeOf(clerk.port).toEqualTypeOf<1>();
    expectTypeOf<InputsOf<Clerk>["page"]>().toEqualTypeOf<readonly Document<string>[]>();
    expectTypeOf<OutputsOf<Clerk>>().toEqualTypeOf<{
      readonly answer: { words: number };
      readonly order: string | undefined;
      readonly page: readonly string[];
    }>();
  });

  it("does not compile when an executor returns something else than its outputs", () => {
    expect(work({ answer: { words: 1 }, order: undefined, page: [] })).toEqual({ answer: { words: 1 }, order: undefined, page: [] });
    // @ts-expect-error the output 'answer' is missing
    work({ order: undefined, page: [] });
    // @ts-expect-error 'report' is no output of the role
    work({ answer: { words: 1 }, order: undefined, page: [], report: "" });
    // @ts-expect-error the shape is another: words is a number
    work({ answer: { words: "1" }, order: undefined, page: [] });
    // @ts-expect-error there are many pages
    work({ answer: { words: 1 }, order: undefined, page: "" });
  });

  it("does not compile when its check reports something else than what is unmet", () => {
    defineRole({
      name: "clerk",
      port: 1,
      consumes: [order],
      produces: [answer],
      // @ts-expect-error an unmet needs what was expected, what was got, and how to mend it
      check: () => [{ file: "answer.txt", expected: "another answer" }],
    });
    // @ts-expect-error a role must have a check
    const unchecked = defineRole({ name: "clerk", port: 1, consumes: [order], produces: [answer] });
    expectTypeOf(unchecked.name).toEqualTypeOf<"clerk">();
  });

  it("keeps which of its artifacts may be left out", () => {
    expect(clerk.consumes.map((slot) => [artifactOf(slot).name, isOptional(slot)])).toEqual([
      ["order", false],
      ["page", false],
      ["answer", true],
    ]);
  });
});
