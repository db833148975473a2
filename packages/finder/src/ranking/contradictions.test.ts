import { expect, test } from "vitest";
import { areDifferent, claimsOf, findContradiction } from "./contradictions.ts";

function noteOn(one: string, other: string): string | undefined {
  return findContradiction(claimsOf(one), claimsOf(other))?.note;
}

test("Alike sentences may contradict each other by a negation, a number or a pair of opposites", () => {
  expect(noteOn("The bus keeps all tasks.", "The bus does not keep all tasks.")).toBe("one of them negates");
  expect(noteOn("A lease lasts 30 seconds.", "By default, a lease lasts 1,000 seconds.")).toBe("their numbers differ");
  expect(noteOn("Retries are always allowed here.", "Retries are never allowed here.")).toBe("one of them negates");
  expect(noteOn("The new limit is higher now.", "The new limit is lower now.")).toBe('"higher" stands against "lower"');
});

test("Sentences about different things don't, nor do those that agree", () => {
  expect(noteOn("A lease lasts 30 seconds.", "The bus listens on port 18100.")).toBeUndefined();
  expect(noteOn("A lease lasts 30 seconds.", "Each lease lasts 30 seconds.")).toBeUndefined();
  expect(noteOn("No.", "Yes.")).toBeUndefined();
});

test.each([
  ["The winter fare of the east ferry is nine euros a day.", "The winter fare of the west ferry is six euros a day."],
  ["The winter fare of the east ferry is nine euros a day.", "The summer fare of the east ferry is eleven euros a day."],
  ["Tickets of level two are answered within two hours.", "Tickets of level three are answered within nine hours."],
  ["In 2024 the depot had 310 staff.", "In 2025 the depot had 298 staff."],
  ["Only auditors may read the records.", "Clerks may not read the records of others."],
  ["Der Tarif des Nordhafens beträgt zwölf Euro.", "Der Tarif des Südhafens beträgt neun Euro."],
])("Parallel sentences about two things don't contradict each other: %s %s", (one, other) => {
  expect(noteOn(one, other)).toBeUndefined();
});

test.each([
  [
    "The winter fare of the east ferry is nine euros a day.",
    "The winter fare of the east ferry is eleven euros a day.",
    "their numbers differ",
  ],
  ["The winter fare is 9 euros.", "The winter fare is eleven euros.", "their numbers differ"],
  ["Die Sicherung wird 14 Tage aufbewahrt.", "Die Sicherung wird dreißig Tage aufbewahrt.", "their numbers differ"],
  ["Die Sicherung wird verschlüsselt.", "Die Sicherung wird nicht verschlüsselt.", "one of them negates"],
  ["La copia se guarda cifrada.", "La copia nunca se guarda cifrada.", "one of them negates"],
])("Two values of one thing do: %s %s", (one, other, note) => {
  expect(noteOn(one, other)).toBe(note);
});

test("A number is the same in figures and in words", () => {
  expect(noteOn("The lease lasts 12 hours.", "Each lease lasts twelve hours.")).toBeUndefined();
  expect(noteOn("The depot has 1,000 crates.", "The depot has 1000 crates.")).toBeUndefined();
});

test("Parallel sentences differ all the same, so that neither goes into the other", () => {
  const [one, other] = ["Tickets of level two are answered within two hours.", "Tickets of level three are answered within nine hours."];
  expect(areDifferent(claimsOf(one), claimsOf(other))).toBe(true);
  expect(areDifferent(claimsOf(one), claimsOf("Tickets of level 2 are answered in two hours."))).toBe(false);
});

test("Both sentences are given as they stand", () => {
  expect(findContradiction(claimsOf("A start. A lease\nlasts 30 s."), claimsOf("A lease lasts 60 s. An end."))?.sentences).toEqual([
    "A lease\nlasts 30 s.",
    "A lease lasts 60 s.",
  ]);
});
