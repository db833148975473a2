import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Checker, TasukiError } from "@tasuki/contracts";
import { describeEnding } from "../supervise/describe-ending.ts";
import { runModule } from "../supervise/run-module.ts";
import { type CheckRequest, CheckResult } from "./check-request.ts";

const child = import.meta.resolve("./check-child.ts");

export interface CheckerOptions {
  /** The longest time of one check, milliseconds. */
  readonly checkMs?: number;
}

/** Checks in a child with limits. Rejects with `internal` when it is cancelled or the child dies: then nothing is known of the files. */
export function createChecker({ checkMs = 120_000 }: CheckerOptions = {}): Checker {
  return {
    async check({ folder, attemptId, stages, producers }, context) {
      const result = join(folder, "unmet.json");
      await rm(result, { recursive: true, force: true });
      const request: CheckRequest = { from: join(folder, "in"), stages: [...stages], producers: { ...producers }, result };
      const ending = await runModule({ module: child, request, folder, attemptId, hardMs: checkMs, stallMs: checkMs }, context);
      if (ending.reason !== undefined || ending.code !== 0)
        throw new TasukiError("internal", `${describeEnding(ending, `the process that checks ${stages.join(", ")}`)}; check again`);
      const unmet = CheckResult.parse(JSON.parse(await readFile(result, "utf8")));
      await rm(result, { force: true });
      return unmet;
    },
  };
}
