import { expect, test } from "vitest";
import { createCue as createCueIn } from "./cues.ts";

const createCue = (question: string, code = "en"): ((sentence: string) => number) => createCueIn(question, code);

test.each([
  ["What is a lease?", "A **lease** is the right to work on an attempt until a time."],
  ["What is a lease?", "| **lease** | the right to work on an attempt until a time |"],
  ["What is a lease?", "Leases are rights to work on an attempt until a time."],
  ["What does the word epoch mean?", "**epoch** | one number per run"],
  ['What does "work folder" mean?', "`work folder`: what an attempt works in"],
])("what begins with the word may be its definition: %s %s", (question, sentence) => {
  expect(createCue(question)(sentence)).toBe(1);
});

test.each([
  ["What is a lease?", "A node renews its lease every 10 seconds."],
  ["What is a lease?", "Leasehold property is another matter."],
  ["What does the word epoch mean?", "**fence** | refusing what belongs to an attempt or epoch that is over"],
  ["What does C++ (mean) mean?", "Nothing of this."],
  ["What is the name of the largest city in Japan?", "The name is Tokyo."],
])("what only uses the word is no definition of it: %s %s", (question, sentence) => {
  expect(createCue(question)(sentence)).toBe(0);
});

test("a question for a time wants a date, and one for a number a number", () => {
  expect(createCue("When did it begin?")("It began in May 1998.")).toBe(1);
  expect(createCue("When did it begin?")("It began late.")).toBe(-0.5);
  expect(createCue("How many nodes are there?")("There are four nodes.")).toBe(1);
});

test.each([
  ["de", "Wann begann es?", "Es begann im März.", "Es begann spät."],
  ["de", "Wie tief ist das Becken?", "Es ist neun Meter tief.", "Es ist tief."],
  ["fr", "Combien de nœuds y a-t-il ?", "Il y a quatre nœuds.", "Il y a des nœuds."],
  ["es", "¿En qué año empezó?", "Empezó en 1998.", "Empezó tarde."],
  ["es", "¿Quién lo firma?", "Lo firma Ana Ruiz.", "Lo firma una persona."],
  ["nl", "Hoeveel kost het?", "Het kost twaalf euro.", "Het kost veel."],
  ["ru", "Когда это началось?", "Это началось в мае 1998 года.", "Это началось поздно."],
  ["zh", "租约何时结束？", "租约2024年结束。", "租约结束。"],
])("%s: %s wants %s rather than %s", (...[code, question, better, worse]) => {
  expect(createCue(question, code)(better)).toBeGreaterThan(createCue(question, code)(worse));
});

test("A question word of another language is none: the Dutch wie asks for a person, the German one for a manner", () => {
  expect(createCue("Wie tekent het?", "nl")("Ana Ruiz tekent.")).not.toBe(createCue("Wie tekent het?", "de")("Ana Ruiz tekent."));
});
