import { expect, test } from "vitest";
import { splitQuestion as split } from "./split-question.ts";
import { languageBy } from "./terms.ts";

const splitQuestion = (question: string, language = "en"): readonly string[] => split(question, languageBy(language));

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

test("The words that join two questions are those of their language", () => {
  expect(splitQuestion("Wie lange gilt ein Token und wer darf Protokolle lesen?", "de")).toEqual([
    "Wie lange gilt ein Token",
    "wer darf Protokolle lesen?",
  ]);
  expect(splitQuestion("¿Cuánto dura una copia de seguridad y quién puede restaurar los datos?", "es")).toEqual([
    "¿Cuánto dura una copia de seguridad",
    "quién puede restaurar los datos?",
  ]);
  expect(splitQuestion("Wer liest Protokolle und Quittungen?", "de")).toEqual(["Wer liest Protokolle und Quittungen?"]);
});
