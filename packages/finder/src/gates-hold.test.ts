import { type AnyRole, type Documents, gate, readDocuments, sha256Of } from "@tasuki/protocol";
import { jp } from "@tasuki/contracts/roles/jp";
import { sg } from "@tasuki/contracts/roles/sg";
import { arbitraryStages } from "@tasuki/contracts/testing";
import { array, assert, asyncProperty, constant, constantFrom, oneof, string, tuple } from "fast-check";
import { expect, test } from "vitest";
import { defineExecutor, type StageWork } from "@tasuki/executors";
import { review } from "./review/review.ts";
import { relayInProcess } from "./testing/relay-in-process.ts";
import { write } from "./write/write.ts";

const words =
  "lease task node renew lasts ends thirty 30 60 not never the a of is was who when why Rome relay 接力 任务 租约 ノード は 30秒 é ß 😀 e.g. Mr. U.S.".split(
    " ",
  );
const marks = [
  "[C1]",
  "[C1, C2]",
  "“",
  "”",
  '"',
  "# ",
  "## References",
  "|",
  "| a | b |",
  "|---|---|",
  "```",
  "- ",
  "1. ",
  "> ",
  ":",
  "?",
  "。",
  "！",
  "…",
  "\\",
  "\\#",
  "*",
  "_",
  "==",
  "contract: x",
  "\u2028",
  "\u00A0",
  "\f",
  "\r\n",
  "\r",
  "\t",
  "&#32;",
  "{",
  "}",
  "<b>",
  "https://a.b/c?d=e",
];
const separators = [" ", " ", " ", ". ", ". ", ".** ", "._ ", ".) ", ".` ", "\n", "\n\n", "", "? ", ": "];

/** Text of words, marks that mean something in one of the formats, and any characters. */
const text = array(
  tuple(
    oneof(
      { weight: 5, arbitrary: constantFrom(...words) },
      { weight: 2, arbitrary: constantFrom(...marks) },
      string({ unit: "grapheme", maxLength: 8 }),
    ),
    constantFrom(...separators),
  ),
  { maxLength: 80 },
).map((pieces) => pieces.flat().join("").replaceAll("\0", ""));
const source = oneof(
  { weight: 6, arbitrary: text.map((text) => ({ text })) },
  constant({ text: "" }),
  text.map((unreadable) => ({ unreadable })),
);
const question = array(constantFrom(...words, ...marks), { minLength: 1, maxLength: 8 }).map(
  (parts) => `${parts.join(" ").replaceAll(/[\r\n\f\u2028]/g, " ")}?`,
);
const brief = oneof(
  array(question, { minLength: 1, maxLength: 4 }).map((questions) => questions.map((one, at) => `Q${at + 1}: what ${one}\n`).join("")),
  text.map((text) => `Find out about the lease. ${text}`),
);

test("Whatever the brief and the sources, all three stages keep their contracts and pass their gates", { timeout: 60_000 }, async () => {
  await assert(
    asyncProperty(
      brief,
      array(source, { maxLength: 4 }),
      constantFrom("cited" as const, "plain" as const),
      async (brief, sources, profile) => {
        const { documents, unmet } = await relayInProcess(brief, sources, profile);
        expect(unmet).toEqual([]);
        expect(documents["sg-review"]?.[0]?.value).toMatchObject({ decision: "converged" });
        expect(documents["jp-final"]?.[0]?.value).toMatchObject({ decision: "accepted", profile });
      },
    ),
    { numRuns: 150 },
  );
});

test("The same inputs give the same bytes", async () => {
  await assert(
    asyncProperty(brief, array(source, { maxLength: 3 }), async (brief, sources) => {
      const [one, other] = [await relayInProcess(brief, sources), await relayInProcess(brief, sources)];
      expect(textsOf(one.documents)).toEqual(textsOf(other.documents));
    }),
    { numRuns: 20 },
  );
});

test("sg passes its gate whoever was nano, and jp whoever was sg", { timeout: 60_000 }, async () => {
  await assert(
    asyncProperty(arbitraryStages(), async (documents) => {
      expect(await judge(sg, defineExecutor(sg, review), documents)).toEqual([]);
      expect(await judge(jp, defineExecutor(jp, write), documents)).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

/** Does one stage of a run that others did the rest of. Resolves with the findings of its gate. */
async function judge(role: AnyRole, work: StageWork, documents: Documents): Promise<unknown> {
  const files = Object.values(documents).flatMap((all) => all.map(({ name, text }) => ({ name, bytes: Buffer.from(text) })));
  const outputs = await work.perform(files, { run: "", progress: () => undefined });
  if (!outputs.ok) return outputs.unmet;
  const read = readDocuments(role.produces, outputs.value);
  if (!read.ok) return read.unmet;
  const names = role.consumes.map((slot) => ("optional" in slot ? slot.optional : slot).name);
  const inputs = Object.fromEntries(names.map((name) => [name, documents[name] ?? []]));
  return gate(role, { inputs, outputs: read.value }, { producer: "embedded/1" });
}

function textsOf(documents: Documents): Record<string, string[]> {
  return Object.fromEntries(Object.entries(documents).map(([name, all]) => [name, all.map(({ text }) => sha256Of(text))]));
}
