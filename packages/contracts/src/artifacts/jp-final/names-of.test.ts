import { expect, test } from "vitest";
import type { Run } from "../run/run.ts";
import { namesOf } from "./names-of.ts";

const raw = { name: "S1.txt", sha256: "0".repeat(64), size: 1, mediaType: "text/plain" };
const sources = (...labels: string[]): Pick<Run, "sources"> => ({ sources: labels.map((label, at) => ({ id: `S${at + 1}`, label, raw })) });
const named = (...labels: string[]): string[] =>
  namesOf(
    labels.map((_, at) => `S${at + 1}`),
    sources(...labels),
    { sources: [] },
  ).map(({ name }) => name);

test("a label names its source; of an absolute path, what tells it from the others", () => {
  expect(named("docs/a.md", "/home/me/one/docs/a.md", "/home/me/two/docs/a.md", "C:\\Users\\me\\b.pdf", "/c.txt", "a\nb")).toEqual([
    "docs/a.md",
    "one/docs/a.md",
    "two/docs/a.md",
    "me/b.pdf",
    "/c.txt",
    "a b",
  ]);
  expect(named("/x/a.md", "/x/a.md")).toEqual(["/x/a.md", "/x/a.md"]);
});

test("what was collected has the name, the URL and the day of its row, and each source stands once", () => {
  const row = { id: "N1", name: "N1.txt", sha256: "0".repeat(64), bytes: 1, origin: "https://example.org/", fetched: "2026-11-24" };
  expect(namesOf(["N1", "S1", "N1", "N9"], sources("a.md"), { sources: [row] })).toEqual([
    { id: "N1", name: "N1.txt", origin: "https://example.org/", fetched: "2026-11-24" },
    { id: "S1", name: "a.md", origin: "", fetched: "" },
    { id: "N9", name: "", origin: "", fetched: "" },
  ]);
});
