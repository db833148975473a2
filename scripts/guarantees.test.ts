import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../", import.meta.url).pathname;
const read = (path: string): string => readFileSync(`${root}${path}`, "utf8");
const form = /\bR[0-9]+\.[a-z][a-z-]*/g;

const promised = [...read("docs/guarantees.md").matchAll(/^\| `(R[0-9]+\.[a-z-]+)` +\|/gm)].map(([, id = ""]) => id);
// Tests, and what they are made of: conformance suites and the history checker, which names what it finds broken.
const files = globSync(
  ["{packages,apps}/*/src/**/{*.test,describe-*}.ts", "test/**/*.ts", "infra/**/*.test.ts", "scripts/run-states.test.ts"],
  {
    cwd: root,
    exclude: (path) => path.includes("node_modules"),
  },
);
const cited = files.flatMap((path) => [...read(path).matchAll(form)].map(([id]) => ({ id, path })));
const comments = files.flatMap((path) => [...read(path).matchAll(/\/\/ guarantees: (.*)$/gm)].map(([, ids = ""]) => ({ ids, path })));

test("every promise of docs/guarantees.md is cited by a test or a check", () => {
  expect(promised.length).toBeGreaterThan(30);
  expect(promised.filter((id) => cited.every((citation) => citation.id !== id))).toEqual([]);
});

test("what is cited is promised", () => {
  expect(cited.filter(({ id }) => !promised.includes(id))).toEqual([]);
  expect(comments.filter(({ ids }) => !/^R[0-9]+\.[a-z-]+(, R[0-9]+\.[a-z-]+)*$/.test(ids))).toEqual([]);
});

test("a promise has one id, and R1 to R11 have one at least", () => {
  expect(promised.toSorted()).toEqual([...new Set(promised)].toSorted());
  expect([...new Set(promised.map((id) => id.split(".")[0]))]).toEqual(Array.from({ length: 11 }, (_, at) => `R${at + 1}`));
});

test.each(globSync(["docs/**/*.md", "*.md"], { cwd: root }))("%s names only promises that there are", (path) => {
  expect([...read(path).matchAll(form)].map(([id]) => id).filter((id) => !promised.includes(id))).toEqual([]);
});
