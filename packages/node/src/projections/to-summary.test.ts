import { createNotary, type ReceiptFacts } from "@tasuki/evidence";
import { makeSigner, testSalt } from "@tasuki/evidence/testing";
import { id } from "@tasuki/store/testing";
import type { Store } from "@tasuki/store";
import { expect, test } from "vitest";
import { toSummary } from "./to-summary.ts";

const clock = { now: () => Date.parse("2026-11-24T12:00:00Z") };
const notary = createNotary({ node: "sg", role: "sg", instance: id(9), signer: makeSigner(), clock, salt: testSalt });
const about = { run: id(1), stage: "sg", task: id(2), epoch: 1, attempt: 1, subjects: [{ name: "task", sha256: "a".repeat(64) }] };

/** Rows of what a receipt says: with its text, and where that is gone. */
async function rowsOf(facts: Pick<ReceiptFacts, "state" | "producer" | "text">): Promise<readonly (string | undefined)[]> {
  const { envelopes: evidence, texts = [] } = notary.receipt({ ...about, ...facts })(0);
  const kept = new Map(texts.map(({ sha256, text }) => [sha256, text]));
  const store = {} as Pick<Store, "blobs">; // a run without files: none is read
  return Promise.all(
    [kept, new Map<string, string>()].map(async (texts) => {
      const summary = await toSummary(store, { run: about.run, files: [], evidence, texts, bundle: undefined });
      return summary.split("\n").find((line) => line.startsWith("| 2026"));
    }),
  );
}

// guarantees: R9.texts
test("a summary says what each receipt says, with its text, or that the text is gone", async () => {
  const row = (said: string): string => `| 2026-11-24T12:00:00.000Z | sg | sg | 1 | 1 | ${said} |`;
  expect(await rowsOf({ state: "started" })).toEqual([row("started"), row("started")]);
  expect(await rowsOf({ state: "produced", producer: "app:sg", text: { code: "repaired", text: "one | heading" } })).toEqual([
    row("produced: by app:sg: repaired: one \\| heading"),
    row("produced: by app:sg: repaired: (its text is gone)"),
  ]);
});
