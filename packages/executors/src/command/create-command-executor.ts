import { constants } from "node:fs";
import { access, mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { type AnyRole, artifactOf, type Execution, type Executor, isOptional } from "@tasuki/contracts";
import { outcomeOf, runStageChild } from "../stage/run-stage-child.ts";
import { sweepAttempt } from "../supervise/attempt-processes.ts";
import { toLimitedArgv } from "../supervise/resource-limits.ts";
import { supervise } from "../supervise/supervisor.ts";
import type { CommandConfig } from "./command-config.ts";
import { commandEnvironment, passedVariables } from "./command-environment.ts";
import { describeCommand } from "./describe-command.ts";
import { fillPlaceholders } from "./placeholders.ts";
import { snapshotInputs } from "./snapshot-inputs.ts";
import { promptFile, writePrompt } from "./write-prompt.ts";

// BSD's sysexits(3): EX_TEMPFAIL, "the user is invited to retry the operation".
const tempFail = 75;
const graceMs = 5000;
// Completing and judging the files; their sizes are capped, so this is time enough.
const finishMs = 120_000;

/** Does a role's work by a program of the operator's: exit code 0 and a set of files that holds are a success, and nothing else is. */
export function createCommandExecutor(config: CommandConfig, environment: Readonly<Record<string, string | undefined>>): Executor {
  const producer = `command:${config.name}`;
  const own = passedVariables(config, environment);
  const [program] = config.argv;
  const ended = (outcome: Execution["outcome"], detail: string): Execution => ({ outcome, producer, detail, files: [] });

  return {
    name: producer,
    async execute(job, context) {
      const unusable = await whyUnusable(program);
      if (unusable !== undefined) return ended("misconfigured", unusable);
      const out = join(job.folder, "out");
      const inputFile = join(job.folder, promptFile);
      const outputFile = onlyOutput(job.role, out);
      const argv = fillPlaceholders(config.argv, {
        "{workdir}": job.folder,
        "{inputFile}": inputFile,
        "{outputFile}": outputFile,
        "{attemptId}": job.attemptId,
      });
      if (typeof argv === "string") return ended("misconfigured", argv);

      // What is in out/ afterwards was written by this attempt.
      await rm(out, { recursive: true, force: true });
      await mkdir(out);
      const prompt = await writePrompt(job);
      const given = await snapshotInputs(join(job.folder, "in"), job.role);
      const ending = await supervise(
        {
          argv: toLimitedArgv(argv, config.limits),
          cwd: job.folder,
          env: commandEnvironment(job, own),
          attemptId: job.attemptId,
          ...(config.input === "stdin" && { input: prompt }),
          watch: out,
          limits: {
            hardMs: Math.min(job.startToClose, config.timeoutMs ?? job.startToClose),
            stallMs: config.silenceMs ?? job.heartbeat,
            graceMs,
            maxOutputBytes: config.maxOutputBytes,
          },
        },
        context,
      );
      if (ending.strays > 0)
        context.logger.warn({ attempt: job.attemptId, strays: ending.strays }, "processes outlived the program and were killed");
      const detail = describeCommand(ending, { program, own });
      if (ending.reason === undefined && ending.code === tempFail) return ended("deferred", detail);
      if (ending.reason !== undefined || ending.code !== 0) return ended(outcomeOf(ending), detail);

      const finished = await runStageChild({ job, producer, given, hardMs: finishMs, stallMs: finishMs }, context);
      if (finished.outcome === "succeeded") return finished;
      return { ...finished, detail: [finished.detail, detail].filter(Boolean).join("\n") };
    },
    sweep: sweepAttempt,
  };
}

/** Why a program can't be started, if so. Looked at first, because prlimit would start and only then not find it. */
async function whyUnusable(program: string): Promise<string | undefined> {
  try {
    await access(program, constants.X_OK);
    if ((await stat(program)).isFile()) return undefined;
    return `${program} is not a program; correct executor.argv in config.jsonc`;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return `${program} can't be run (${code}); install it, or correct executor.argv in config.jsonc`;
  }
}

function onlyOutput(role: AnyRole, out: string): string | undefined {
  const required = role.produces.filter((slot) => !isOptional(slot)).map(artifactOf);
  const [artifact] = required;
  return artifact === undefined || required.length > 1 || artifact.many ? undefined : join(out, artifact.file);
}
