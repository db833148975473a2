import { expect, test } from "vitest";
import { z } from "zod";
import { answerView, maxAnswerBytes, viewNamed } from "./answer-view.ts";
import { defineArtifact } from "./define-artifact.ts";
import { definePipeline, type View } from "./define-pipeline.ts";

const order = defineArtifact({
  name: "order",
  version: 1,
  file: "order.txt",
  mediaType: "text/plain",
  maxBytes: 100,
  schema: z.string(),
  read: (text, file) =>
    text.startsWith("please ")
      ? { ok: true, value: text.slice(7) }
      : { ok: false, unmet: [{ file, expected: "a polite order", got: text, fix: "begin with 'please'" }] },
  write: (value) => `please ${value}`,
});
const views = {
  wish: ({ order = [] }) => order.map(({ name, value }) => ({ name, value })),
  nothing: () => undefined,
  slow: async () => "at last",
  much: () => "x".repeat(maxAnswerBytes),
  broken: () => {
    throw new Error("no idea");
  },
} satisfies Record<string, View>;
const pipeline = definePipeline({ module: import.meta.url, profiles: {}, intake: { brief: order }, given: [order], roles: [], views });
const file = (name: string, text: string) => ({ name, bytes: Buffer.from(text) });
const ask = async (view: string, ...files: Parameters<typeof file>[]): Promise<unknown> =>
  JSON.parse(
    await answerView(
      pipeline,
      view,
      files.map((one) => file(...one)),
    ),
  );

test("a view is answered with JSON, from the values of whatever files are there", async () => {
  expect(await ask("wish", ["order.txt", "please write"])).toEqual([{ name: "order.txt", value: "write" }]);
  expect(await ask("wish")).toEqual([]);
  expect(await ask("nothing")).toBeNull();
  expect(await ask("slow")).toBe("at last");
});

test("a view of another name is not found, and the names that there are are said", async () => {
  const message = "The relay has no view 'toString'; it has 'wish', 'nothing', 'slow', 'much', 'broken'.";
  await expect(ask("toString")).rejects.toMatchObject({ code: "not_found", message });
  expect(() => viewNamed({}, "wish")).toThrow("The relay has no view 'wish'; it has none.");
});

test("files that break their contracts, or have none, are named with what is unmet", async () => {
  await expect(ask("wish", ["order.txt", "write"], ["note.txt", "now"])).rejects.toMatchObject({
    code: "contract_violation",
    message: "The view 'wish' can't read note.txt, order.txt.",
    details: { unmet: [{ file: "note.txt" }, { file: "order.txt", fix: "begin with 'please'" }] },
  });
});

test("an answer over 1 MiB is refused, and what a view throws is its caller's to judge", async () => {
  await expect(ask("much")).rejects.toMatchObject({ code: "too_large", message: expect.stringContaining(`${maxAnswerBytes + 2} bytes`) });
  await expect(ask("broken")).rejects.toThrow("no idea");
});
