import { expect, test } from "vitest";
import { z } from "zod";
import { defineArtifact } from "./define-artifact.ts";
import { defineRole } from "./define-role.ts";
import { describeOutputs } from "./describe-outputs.ts";
import { judgeStage } from "./judge-stage.ts";

const opinion = defineArtifact({
  name: "opinion",
  file: "opinion.txt",
  version: 1,
  mediaType: "text/plain",
  maxBytes: 100,
  schema: z.object({ says: z.string().optional() }),
  read: (text) => ({ ok: true, value: text === "" ? {} : { says: text } }),
  write: ({ says = "" }) => says,
  decides: { field: "says", forward: "agreed", back: "objected" },
});
const judge = defineRole({ name: "judge", port: 1, consumes: [], produces: [opinion], check: () => [] });
const judged = (text: string) =>
  judgeStage(judge, { inputs: {}, drafts: [{ name: "opinion.txt", bytes: Buffer.from(text) }] }, { run: "r", producer: undefined });

test("a decision is one of the two words that its artifact declares, or none; any other word is a fault, by file and field", () => {
  const directions = ["agreed", "objected", ""].map((text) => {
    const outputs = judged(text);
    return outputs.ok ? describeOutputs(judge, outputs.value).direction : outputs;
  });
  expect(directions).toEqual(["forward", "back", undefined]);
  for (const word of ["Objected", "perhaps", "agreed ", "toString"])
    expect(judged(word)).toEqual({
      ok: false,
      unmet: [expect.objectContaining({ file: "opinion.txt", path: "says", expected: "'agreed' or 'objected'", got: `'${word}'` })],
    });
});
