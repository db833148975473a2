import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openApiDocument } from "./openapi.ts";

const document = openApiDocument();

test("docs/openapi.json is what the table of operations gives: run `node scripts/openapi.ts` after a change", () => {
  expect(JSON.parse(readFileSync(join(import.meta.dirname, "../../../../docs/openapi.json"), "utf8"))).toEqual(document);
});

test("every reference leads somewhere", () => {
  const text = JSON.stringify(document);
  const names = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]);
  expect(document).toMatchObject({ components: { schemas: Object.fromEntries(names.map((name) => [name, expect.anything()])) } });
  expect(text).not.toContain("$defs");
  expect(text).not.toContain("~standard");
});

test("it has the four REST paths", () => {
  expect(Object.keys(document["paths"] as object)).toEqual(["/task", "/status", "/health", "/upload"]);
});
