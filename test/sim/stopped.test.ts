import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Befallen } from "./stopped.ts";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;

// guarantees: R5.ends, R5.night, R6.forward
test("a run closes by itself, at its first epoch, whichever node is stopped for an hour, is away for a night, or has its clock step by a day", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", path("register.ts"), path("stopped.ts")]);
  const seen = JSON.parse(stdout) as Befallen[];
  expect(seen).toHaveLength(28);
  for (const { node, what, at, closedAt, run, violations } of seen) {
    console.log(`${node}, ${what}: closed after ${seconds(closedAt - at)}`);
    expect({ node, what, run, violations }).toEqual({ node, what, run: { state: "closed", epoch: 1 }, violations: [] });
  }
});
