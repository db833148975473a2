import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openApiDocument } from "./openapi.ts";
import { openApiWords } from "./openapi-words.ts";

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

test("every field, parameter and body has a description and an example, and every time and size its unit", () => {
  const lacking: string[] = [];
  const look = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    const { properties } = value as { properties?: Record<string, { description?: string; examples?: unknown[]; type?: string }> };
    for (const [name, field] of Object.entries(properties ?? {})) {
      const { description = "", examples = [] } = field;
      if (description === "" || examples.length === 0) lacking.push(`${path}.${name}`);
      if (/^(?:retryAfter|size|heartbeat|startToClose|scheduleTo)/.test(name) && !/second|bytes|entries/i.test(description))
        lacking.push(`${path}.${name}: its unit`);
    }
    for (const [key, one] of Object.entries(value)) look(one, `${path}.${key}`);
  };
  look(document, "");
  const operations = Object.values(
    document["paths"] as Record<string, Record<string, { parameters?: { name: string; description?: string; example?: unknown }[] }>>,
  );
  for (const operation of operations.flatMap((one) => Object.values(one)))
    for (const { name, description, example } of operation.parameters ?? [])
      if (description === undefined || example === undefined) lacking.push(name);
  expect(lacking).toEqual([]);
});

test("no words are left over", () => {
  const named = new Set<string>();
  const gather = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const name of Object.keys((value as { properties?: object }).properties ?? {})) named.add(name);
    const { name, in: place } = value as { name?: string; in?: string };
    if (typeof name === "string" && place !== undefined) named.add(name);
    Object.values(value).forEach(gather);
  };
  gather(document);
  expect(Object.keys(openApiWords).filter((key) => !named.has(key.split(".").at(-1) ?? key))).toEqual([]);
});
