import { expect, test } from "vitest";
import { parseFailpoint } from "./failpoint.ts";

test("a failpoint is a name and a number, and strikes once, at that time", () => {
  let deaths = 0;
  const reach = parseFailpoint("accept-work.after:2", () => (deaths += 1));
  for (const point of ["accept-work.after", "accept-work.before", "accept-work.after", "accept-work.after"]) reach(point);
  expect(deaths).toBe(1);
});

test.each(["", "accept-work", "accept-work.after", "accept-work.after:0", "accept-work.during:1"])("%j is none", (text) => {
  expect(() => parseFailpoint(text, () => undefined)).toThrow(/TASUKI_FAILPOINT/);
});
