import { expect, test } from "vitest";
import { splitQuestion } from "./split-question.ts";

test("A question is looked for in its parts; one without a subject of its own stays with the part before", () => {
  expect(splitQuestion("Which node signs a receipt and where are public keys pinned?")).toEqual([
    "Which node signs a receipt",
    "where are public keys pinned?",
  ]);
  expect(splitQuestion("How long does a lease last, and when is it renewed?")).toEqual(["How long does a lease last when is it renewed?"]);
  expect(splitQuestion("Tell us about leases of tasks. Keys and receipts matter too.")).toEqual([
    "Tell us about leases of tasks.",
    "Keys and receipts matter too.",
  ]);
  expect(splitQuestion("What is it?")).toEqual(["What is it?"]);
});
