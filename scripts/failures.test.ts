import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../", import.meta.url).pathname;
const sources = globSync("packages/*/src/**/*.ts", { cwd: root, exclude: (path) => path.endsWith(".test.ts") })
  .map((path) => readFileSync(`${root}${path}`, "utf8"))
  .join("\n");
/** Sentences that the product says, in its own words, cut into the parts between those that differ each time. */
const seen = readFileSync(`${root}docs/failures.md`, "utf8")
  .split(/\n(?=- \*\*|#)/)
  .filter((paragraph) => paragraph.startsWith("- **Seen"))
  .flatMap((paragraph) => [...paragraph.matchAll(/`([^`]+)`/g)].map(([, words = ""]) => words.replaceAll(/\s+/g, " ")))
  .filter((words) => words.includes(" ") && !words.startsWith("tasuki "));

test("docs/failures.md shows what the product says", () => expect(seen.length).toBeGreaterThan(40));

test.each(seen)("the product says `%s`", (words) => {
  const parts = words
    .split("…")
    .map((part) => part.trim().replace(/^[,.]$/, ""))
    .filter((part) => part !== "");
  expect(parts.filter((part) => !sources.includes(part))).toEqual([]);
});
