import { isGrowing, measureSteps, toTable } from "@tasuki/protocol/testing";
import { expect, test } from "vitest";

// Steps that a byte may take. Most of them compare passages with each other, up to limits.
const most = 6000;

// guarantees: R5.linear
test("ranking, quoting, reviewing and writing takes steps in proportion to the size, on the worst inputs that a search finds", async () => {
  const module = new URL("testing/steps/subjects.ts", import.meta.url).href;
  const measured = await measureSteps({ module, seed: 1, tries: 8, size: 250, most });
  console.log(toTable(measured));
  for (const one of measured) {
    expect(isGrowing(one.perByte), JSON.stringify(one)).toBe(false);
    expect(Math.max(...one.perByte), one.name).toBeLessThan(most);
  }
});
