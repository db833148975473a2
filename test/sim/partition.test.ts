import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { WaitedOut } from "./partition.ts";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
const minutes = (milliseconds: number): string => `${(milliseconds / 60_000).toFixed(1)} min`;

// guarantees: R5.partition, R10.reopen
test("finished work waits out a partition of 17 simulated minutes and a loss of power, and arrives by itself", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", path("register.ts"), path("partition.ts")]);
  const seen = JSON.parse(stdout) as WaitedOut[];
  for (const role of ["nano", "sg", "jp"]) {
    const own = seen.filter((one) => one.role === role);
    const [first] = own;
    if (first === undefined) throw new Error(`${role} was not cut off`);
    const waited = own.map(({ wholeAt, arrivedAt }) => arrivedAt - wholeAt).sort((one, other) => one - other);
    console.log(
      `${role}: cut off at ${seconds(first.cutAt)}, done at ${seconds(first.producedAt)}, ${first.tries} tries without an answer; ` +
        `${minutes(first.wholeAt - first.cutAt)} later whole again, arrived after ${waited.map(seconds).join(", ")}`,
    );
    for (const { producedAt, wholeAt, tries, restarts, run, violations } of own) {
      expect(wholeAt - producedAt).toBeGreaterThan(15 * 60_000);
      expect(tries).toBeGreaterThan(30);
      expect(restarts).toBe(1);
      // Nobody tried the stage again: the hand-off itself arrived.
      expect(run).toEqual({ state: "closed", epoch: 1 });
      expect(violations).toEqual([]);
    }
    // A try that is on its way when the network is whole, and the longest pause after it.
    expect(waited.at(-1)).toBeLessThan(25_000);
  }
});
