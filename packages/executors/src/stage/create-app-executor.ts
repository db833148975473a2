import type { Executor } from "@tasuki/contracts";
import { sweepAttempt } from "../supervise/attempt-processes.ts";
import { runStageChild } from "./run-stage-child.ts";

/** Does a role's work by a module of its app, in one child process per attempt. It signs as `app:ROLE`. */
export function createAppExecutor(work: string): Executor {
  return {
    name: "app",
    execute: (job, context) =>
      runStageChild({ job, producer: `app:${job.role.name}`, work, hardMs: job.startToClose, stallMs: job.heartbeat }, context),
    sweep: sweepAttempt,
  };
}
