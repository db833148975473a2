import { expect, test } from "vitest";
import type { Item } from "./judge-items.ts";
import { mergeDuplicates } from "./merge-duplicates.ts";

function item(id: string, text: string, shares: Readonly<Record<string, number>> = { Q1: 1 }): Item {
  return { id, text, places: [], heading: "", coverage: new Map(Object.entries(shares)), covers: (question) => shares[question] ?? 0 };
}

function merged(...items: readonly Item[]): Record<string, string[]> {
  return Object.fromEntries(mergeDuplicates(items).map(({ item, merged }) => [item.id, merged.map(({ id }) => id)]));
}

test("An item goes into the first earlier one that says the same, or that holds what it says", () => {
  expect(
    merged(
      item("C1", "A lease of a task lasts 30 seconds. It is renewed by the worker's heartbeat."),
      item("C2", "Rome was not built in a day."),
      item("C3", "The lease of a task lasts 30 seconds, renewed by the heartbeat of the worker."),
      item("C4", "A lease of a task lasts 30 seconds."),
    ),
  ).toEqual({ C1: ["C3", "C4"], C2: [] });
});

test("It stays where it has more of a question, or where the two may contradict each other", () => {
  const lasts = "The lease of a task lasts 30 seconds.";
  expect(merged(item("C1", lasts, { Q1: 1, Q2: 0.4 }), item("C2", lasts, { Q2: 0.8 }))).toEqual({ C1: [], C2: [] });
  expect(merged(item("C1", lasts), item("C2", "The lease of a task lasts 60 seconds."))).toEqual({ C1: [], C2: [] });
});
