import { isGrowing, measureSteps, toTable } from "@tasuki/protocol/testing";
import { expect, test } from "vitest";

// Steps that a byte may take: every character is read a few times.
const most = 200;

// guarantees: R5.linear
test("extracting a text takes steps in proportion to the source's size, on the worst sources that a search finds", async () => {
  const module = new URL("testing/steps/subjects.ts", import.meta.url).href;
  const measured = await measureSteps({ module, seed: 1, tries: 60, size: 500, most });
  console.log(toTable(measured));
  for (const one of measured) {
    expect(isGrowing(one.perByte), JSON.stringify(one)).toBe(false);
    expect(Math.max(...one.perByte), one.name).toBeLessThan(most);
  }
});
