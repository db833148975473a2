import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import type { RunOut, TakenOver } from "./clocks.ts";

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
let seen: { readonly out: readonly RunOut[]; readonly taken: readonly TakenOver[] } = { out: [], taken: [] };
beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", path("register.ts"), path("clocks.ts")]);
  seen = JSON.parse(stdout) as typeof seen;
}, 600_000);

/** State in which a clock that runs out leaves a stage, as docs/run-states.md has it, and the end of the run once the cause is gone. */
const documented: Readonly<Record<string, Pick<RunOut, "rung" | "condition" | "block" | "silent" | "conclusion" | "end">>> = {
  scheduleToStart: {
    rung: "dispatched",
    condition: "unreachable",
    block: "scheduleToStart of STAGE",
    silent: false,
    conclusion: undefined,
    end: "closed",
  },
  heartbeat: { rung: "started", condition: "running", block: undefined, silent: true, conclusion: undefined, end: "closed" },
  startToClose: { rung: "started", condition: "blocked", block: "node of operator", silent: false, conclusion: "needs-human", end: "open" },
  scheduleToClose: {
    rung: "started",
    condition: "blocked",
    block: "scheduleToClose of operator",
    silent: true,
    conclusion: "needs-human",
    end: "closed",
  },
  deadline: {
    rung: "started",
    condition: "running",
    block: "deadline of operator",
    silent: true,
    conclusion: "needs-human",
    end: "closed",
  },
};

// guarantees: R5.bounded, R5.clocks, R5.deadline, R5.fails
test("every clock that runs out, at every stage, leaves it in the state that is documented, and what can go on goes on", () => {
  const asked = (what: string): boolean => what.endsWith(", asked to fail");
  expect(seen.out).toHaveLength(3 * Object.keys(documented).length * 2);
  for (const { what, stage, epoch, violations, ...shown } of seen.out) {
    const { block, conclusion, ...rest } = documented[what.replace(", asked to fail", "")] ?? {};
    const fails = asked(what) && conclusion === "needs-human";
    expect({ what, stage, ...shown, violations }).toEqual({
      what,
      stage,
      ...(fails
        ? { ...rest, condition: "fenced", block: undefined, conclusion: "failed", end: "failed", silent: shown.silent }
        : { ...rest, block: block?.replace("STAGE", stage), conclusion }),
      violations: [],
    });
    expect(epoch).toBe(fails ? 2 : 1);
  }
});

// guarantees: R5.standby
test("a standby takes over each role's node, which is off for a night, within its heartbeat and the look after it; nobody else is needed", () => {
  expect(seen.taken).toHaveLength(3);
  for (const { role, before, after, takenOverAfter, closedAfter, epoch, violations } of seen.taken) {
    console.log(`${role}: ${after} took over from ${before} after ${takenOverAfter / 1000} s, closed after ${closedAfter / 1000} s`);
    expect([new Set([before, after]), epoch, violations]).toEqual([new Set([role, `${role}-2`]), 2, []]);
    // Main notices the loss within 15 s, waits for 20 s, and looks for a standby every 15 s.
    expect(takenOverAfter).toBeGreaterThan(20_000);
    expect(takenOverAfter).toBeLessThan(20_000 + 30_000);
  }
});
