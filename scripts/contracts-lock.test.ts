import { expect, test } from "vitest";
import { checkLock, explain } from "./lock/check-lock.ts";
import { readContracts, readLock, readReleasedSchema } from "./lock/contracts-lock.ts";

test("every released contract is what it was when it was released", async () => {
  const lock = await readLock();
  const schemas = new Map(await Promise.all(Object.keys(lock).map(async (ref) => [ref, await readReleasedSchema(ref)] as const)));
  const findings = checkLock({ lock, schemas }, await readContracts());
  if (findings.length > 0) throw new Error(findings.map(explain).join("\n\n"));
  expect(findings).toEqual([]);
});
