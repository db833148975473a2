// A second relay, which shares nothing with the shipped one but the engine: an order becomes a draft, a review and a letter.
import { defineArtifact, definePipeline, defineRole, defineRun } from "@tasuki/protocol";
import type { StageWork } from "@tasuki/node/testing";
import { z } from "zod";

const artifact = <const Name extends string, const Many extends boolean = false>(
  name: Name,
  { file, many, begins }: { file: string; many?: Many; begins: string },
) =>
  defineArtifact({
    name,
    file,
    version: 1,
    ...(many !== undefined && { many }),
    mediaType: "text/plain",
    maxBytes: 1_000_000,
    schema: z.string(),
    read: (text, fileName) =>
      text.startsWith(begins)
        ? { ok: true, value: text }
        : {
            ok: false,
            unmet: [{ file: fileName, line: 1, expected: `'${begins}'`, got: text.slice(0, 20), fix: `begin with '${begins}'` }],
          },
    write: (text) => text,
  });

const run = defineRun(z.enum(["formal", "friendly"]));
const order = artifact("order", { file: "order.txt", begins: "" });
const enclosure = artifact("enclosure", { file: "S*.txt", many: true, begins: "" });
const draft = artifact("draft", { file: "draft.txt", begins: "Draft" });
const review = artifact("review", { file: "review.txt", begins: "Review" });
const letter = artifact("letter", { file: "letter.txt", begins: "Dear" });

export const letterRelay = definePipeline({
  module: import.meta.url,
  profiles: { formal: "it keeps to the forms", friendly: "it may be warm" },
  intake: { brief: order, sources: enclosure },
  given: [run, order, enclosure],
  roles: [
    defineRole({ name: "writer", port: 18101, consumes: [run, order, enclosure], produces: [draft], check: () => [] }),
    defineRole({ name: "editor", port: 18102, consumes: [run, order, draft], produces: [review], check: () => [] }),
    defineRole({ name: "printer", port: 18103, consumes: [run, draft, review], produces: [letter], check: () => [] }),
  ],
});

/** The text of the finished letter, with what could steer a terminal in it. */
export const letterText = "Dear reader, \u001b[2Jhello\n";

/** Work that succeeds at once. */
export const letterWork = {
  writer: ({ inputs }) => ({ "draft.txt": `Draft of ${inputs["order"]?.[0]?.text}, ${inputs["enclosure"]?.length ?? 0} enclosures\n` }),
  editor: () => ({ "review.txt": "Review: good\n" }),
  printer: () => ({ "letter.txt": letterText }),
} satisfies Readonly<Record<string, StageWork>>;
