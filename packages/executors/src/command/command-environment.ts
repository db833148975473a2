import { join } from "node:path";
import type { Job } from "@tasuki/protocol";
import type { CommandConfig } from "./command-config.ts";
import { promptFile } from "./write-prompt.ts";

const base = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8" };

/** Variables of a configuration's `env` with their values. Names that the node's environment lacks are left out. */
export function passedVariables({ env }: CommandConfig, environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const passed = env.pass.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]]));
  return { ...Object.fromEntries(passed), ...env.set };
}

/**
 * Environment of the program, the whole of it: PATH and LANG, the configuration's own variables, and of the job
 * `TASUKI_RUN`, `TASUKI_TASK`, `TASUKI_STAGE`, `TASUKI_EPOCH`, `TASUKI_ATTEMPT_NUMBER`, `TASUKI_WORKDIR`, `TASUKI_IN`, `TASUKI_OUT` and
 * `TASUKI_PROMPT` (paths are absolute). The supervisor adds `TASUKI_ATTEMPT`, by which strays are found.
 */
export function commandEnvironment(job: Job, own: Readonly<Record<string, string>>): Record<string, string> {
  return {
    ...base,
    ...own,
    TASUKI_RUN: job.run,
    TASUKI_TASK: job.task,
    TASUKI_STAGE: job.role.name,
    TASUKI_EPOCH: String(job.epoch),
    TASUKI_ATTEMPT_NUMBER: String(job.attempt),
    TASUKI_WORKDIR: job.folder,
    TASUKI_IN: join(job.folder, "in"),
    TASUKI_OUT: join(job.folder, "out"),
    TASUKI_PROMPT: join(job.folder, promptFile),
  };
}
