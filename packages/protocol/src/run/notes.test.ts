import { array, assert, constantFrom, date, property, record } from "fast-check";
import { expect, test } from "vitest";
import { arbitraryText } from "../testing/arbitrary-text.ts";
import { type Note, notes, toNote, toUnmetNote, withNotes } from "./notes.ts";

const run = "01933a52-7c00-7000-8000-000000000001";
const { line, text } = arbitraryText({
  words: ["> ", " to ", " by ", " at ", "note to writer by ops at 2026"],
  lines: ["> x", "# note to writer by ops at 2026", "---"],
});
const note = record({
  kind: constantFrom("unmet" as const, "request" as const, "answer" as const, "note" as const),
  to: constantFrom("writer", "editor-2"),
  by: line,
  at: date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true }).map(Number),
  text,
}).map(toNote);

test("whatever is noted reads as it was written, and passes for no other note", () => {
  assert(
    property(array(note, { maxLength: 4 }), (all) => {
      expect(notes.read(notes.write({ run, notes: all }))).toEqual({ ok: true, value: { run, notes: all } });
    }),
  );
});

test("a text of any length and any number of notes is cut to what is taken", () => {
  const long = toNote({ kind: "note", to: "writer", by: "x".repeat(1000), at: 0, text: "y\r\n".repeat(9000) });
  const all = withNotes(
    [long],
    Array.from({ length: 99 }, (_, at) => ({ ...long, by: `p${at}` })),
  );
  const read = notes.read(notes.write({ run, notes: [...all] }));
  expect(read.ok && read.value.notes.map(({ by }) => by)).toEqual(Array.from({ length: 32 }, (_, at) => `p${67 + at}`));
});

test("where there are too many, what programs said before goes first, and the oldest of it: what is said now stays, and what people said", () => {
  const said = (kind: Note["kind"], by: string) => toNote({ kind, to: "writer", by, at: 0, text: "x" });
  const requests = (count: number, word: string) => Array.from({ length: count }, (_, at) => said("request", `${word}${at}`));
  const names = (all: readonly Note[]): readonly string[] => all.map(({ by }) => by);
  const before = withNotes([said("answer", "ada"), said("unmet", "gate")], [...requests(15, "old"), said("note", "bo")]);
  expect(names(withNotes(before, requests(16, "new")))).toEqual([
    "ada",
    ...names(requests(15, "old").slice(1)),
    "bo",
    ...names(requests(16, "new")),
  ]);
  const people = Array.from({ length: 32 }, (_, at) => said("note", `p${at}`));
  expect(names(withNotes(people, requests(2, "new")))).toEqual([...names(people.slice(2)), "new0", "new1"]);
});

test("faults are a line each, with the place and what is to be done", () => {
  const fault = { file: "letter.md", expected: "a title", got: "nothing", fix: "write '# Title'" };
  const told = toUnmetNote([{ ...fault, line: 3 }, { ...fault, path: "title" }, ...Array.from({ length: 30 }, () => fault)], {
    to: "writer",
    by: "editor",
    at: 0,
  });
  expect(told.text.split("\n")).toHaveLength(21);
  expect(told.text.split("\n").slice(0, 2)).toEqual([
    "- letter.md line 3: expected a title; got nothing; write '# Title'",
    "- letter.md (title): expected a title; got nothing; write '# Title'",
  ]);
  expect(told.text.endsWith("\n- and 12 more")).toBe(true);
});

test.for<[string, string, object]>([
  ["a line that is no quotation", "# note to writer by ops at 2026-11-30T00:00:00.000Z\n\nx\n", { line: 8 }],
  ["a heading of another form", "# note\n\n> x\n", { line: 6, got: "note" }],
  ["a time of another form", "# note to writer by ops at noon\n\n> x\n", { line: 6, path: "notes.0.at" }],
  ["a name of a stage that is none", "# note to The-Writer by ops at 2026-11-30T00:00:00.000Z\n\n> x\n", { line: 6, path: "notes.0.to" }],
  ["words before the first note", "x\n", { line: 6 }],
])("%s is a fault", ([, body, fault]) => {
  expect(notes.read(`---\ncontract: notes@1\nrun: ${run}\n---\n\n${body}`)).toMatchObject({ ok: false, unmet: [fault] });
});
