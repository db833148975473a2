import type { Executor } from "@tasuki/contracts";
import { sweepAttempt } from "../supervise/attempt-processes.ts";
import { runStageChild } from "./run-stage-child.ts";

/** The producer that the embedded executor signs as; the gate holds what it writes to the letter of the sources. */
export const embeddedProducer = "embedded/1";

/** The default executor: no key, no network; an evidence finder that quotes, judges and compiles, in one child process per attempt. */
export function createEmbeddedExecutor(): Executor {
  return {
    name: embeddedProducer,
    execute: (job, context) =>
      runStageChild({ job, producer: embeddedProducer, work: "embedded", hardMs: job.startToClose, stallMs: job.heartbeat }, context),
    sweep: sweepAttempt,
  };
}
