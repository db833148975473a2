import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isGrowing, measureSteps, toTable } from "@tasuki/protocol/testing";
import { expect, test } from "vitest";

// Steps that a byte may take. Most of them are lookups: quotations and questions are looked for in all that they could be from, up to limits.
const most = 2000;

/** Names of all checks. */
function checks(): string[] {
  const folder = join(import.meta.dirname, "checks");
  const texts = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
  return texts.flatMap((text) => Array.from(text.matchAll(/export function\* (\w+)/g), ([, name = ""]) => name));
}

// guarantees: R5.linear
test("reading, completing and checking takes steps in proportion to the size, on the worst inputs that a search finds", async () => {
  const module = new URL("testing/steps/subjects.ts", import.meta.url).href;
  const measured = await measureSteps({ module, seed: 1, tries: 8, size: 500, most });
  console.log(toTable(measured));
  expect(measured.map(({ name }) => name)).toEqual(expect.arrayContaining(checks()));
  for (const one of measured) {
    expect(isGrowing(one.perByte), JSON.stringify(one)).toBe(false);
    expect(Math.max(...one.perByte), one.name).toBeLessThan(most);
  }
});
