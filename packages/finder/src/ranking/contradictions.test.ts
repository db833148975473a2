import { expect, test } from "vitest";
import { claimsOf, findContradiction } from "./contradictions.ts";

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

test("Both sentences are given as they stand", () => {
  expect(findContradiction(claimsOf("A start. A lease\nlasts 30 s."), claimsOf("A lease lasts 60 s. An end."))?.sentences).toEqual([
    "A lease\nlasts 30 s.",
    "A lease lasts 60 s.",
  ]);
});
