import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { access, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { stripVTControlCharacters } from "node:util";
import {
  type AnyRole,
  artifactOf,
  type Execution,
  type Executor,
  type ExecutorContext,
  hasErrorCode,
  isFileOf,
  isOptional,
  type Job,
  type Note,
  systemCause,
  toUnmetNote,
  withNotes,
} from "@tasuki/protocol";
import { executeStage, outcomeOf, type StageExecution, stageJob } from "../stage/execute-stage.ts";
import { describeEscape, sweepAttempt } from "../supervise/attempt-processes.ts";
import { createChildren } from "../supervise/children.ts";
import { describeEnding } from "../supervise/describe-ending.ts";
import { toLimitedArgv } from "../supervise/resource-limits.ts";
import { type Ending, supervise } from "../supervise/supervisor.ts";
import { type CommandConfig, fillPlaceholders } from "./command-config.ts";
import { commandEnvironment, passedVariables } from "./command-environment.ts";
import { promptFile, writeNotes, writePrompt } from "./write-prompt.ts";

// BSD's sysexits(3): EX_TEMPFAIL, "the user is invited to retry the operation".
const tempFail = 75;
const graceMs = 5000;
// Time to complete and judge the files; their sizes are capped, so this is enough.
const finishMs = 120_000;
const tailCharacters = 1500;
// Shorter values (a language, a port) appear in harmless text by chance.
const secretLength = 8;

/** Number of times that a program gets its own files back to mend. */
const mostRepairs = 2;

/**
 * Executor that does a role's work by a program of the operator's. A success is exit code 0 with a set of files that holds, and nothing
 * else is. Files that don't hold, or none, go back to the program at most twice, with what is unmet as a note; all calls share the attempt's time.
 */
export function createCommandExecutor(config: CommandConfig, environment: Readonly<Record<string, string | undefined>>): Executor {
  const producer = `command:${config.name}`;
  const own = passedVariables(config, environment);
  const [program] = config.argv;
  // Files that the program has written are completed and judged by our own code, in these.
  const children = createChildren({ use: "reused" });
  const ended = (outcome: Execution["outcome"], detail: string): StageExecution => ({ outcome, producer, detail, files: [] });

  /** Calls the program once, and judges what it left. */
  const call = async (job: Job, { argv, hardMs }: { argv: readonly string[]; hardMs: number }, context: ExecutorContext) => {
    const prompt = await writePrompt(job);
    const given = await inputDigests(join(job.folder, "in"), job.role);
    const ending = await supervise(
      {
        argv: toLimitedArgv(argv, config.limits),
        cwd: job.folder,
        env: commandEnvironment(job, own),
        attemptId: job.attemptId,
        ...(config.input === "stdin" && { input: prompt }),
        watch: join(job.folder, "out"),
        // A program that declares nothing is judged by its process, and ended by its time alone: silence is not death.
        limits: {
          hardMs,
          graceMs,
          maxOutputBytes: config.maxOutputBytes,
          ...(config.silenceMs !== undefined && { stallMs: config.silenceMs }),
        },
      },
      context,
    );
    if (ending.strays > 0)
      context.logger.warn({ attempt: job.attemptId, strays: ending.strays }, "processes outlived the program and were killed");
    const detail = describeCommand(ending, { program, own });
    if (ending.reason === undefined && ending.code === tempFail) return ended("deferred", detail);
    if (ending.reason !== undefined || ending.code !== 0) return ended(outcomeOf(ending), detail);
    const loads = [stageJob, job.pipeline.module];
    const finished = await executeStage({ job, children, producer, given, loads, hardMs: finishMs, stallMs: finishMs }, context);
    if (finished.outcome === "succeeded" || finished.outcome === "needs-human") return finished;
    return { ...finished, detail: [finished.detail, detail].filter(Boolean).join("\n") };
  };

  return {
    name: producer,
    async execute(job, context) {
      const unusable = await whyUnusable(program);
      if (unusable !== undefined) return ended("misconfigured", unusable);
      const out = join(job.folder, "out");
      const argv = fillPlaceholders(config.argv, {
        "{workdir}": job.folder,
        "{inputFile}": join(job.folder, promptFile),
        "{outputFile}": onlyOutput(job.role, out),
        "{attemptId}": job.attemptId,
      });
      if (typeof argv === "string") return ended("misconfigured", argv);

      // The folder is made anew, so that all that is in it afterwards was written by this attempt.
      await rm(out, { recursive: true, force: true });
      await mkdir(out);
      const until = context.clock.monotonic() + Math.min(job.startToClose, config.timeoutMs ?? job.startToClose);
      let told: readonly Note[] = job.notes ?? [];
      let faulty: Execution | undefined;
      for (let repairs = 0; ; repairs += 1) {
        const hardMs = Math.max(1, until - context.clock.monotonic());
        const { mendable = false, ...execution } = await call({ ...job, notes: told }, { argv, hardMs }, context);
        if (faulty !== undefined && execution.outcome === "succeeded") return { ...execution, outcome: "repaired" };
        if (faulty !== undefined && isGivenUp(execution))
          return { ...faulty, detail: `${faulty.detail}\ncalled to mend that, ${execution.detail}` };
        if (!mendable || repairs === mostRepairs || until <= context.clock.monotonic()) return execution;
        faulty = execution;
        const { outcome, unmet = [] } = execution;
        context.logger.info({ attempt: job.attemptId, outcome, unmet: unmet.length, repairs }, "a program gets its files back to mend");
        told = withNotes(told, [toUnmetNote(unmet, { to: job.role.name, by: `the gate of ${job.role.name}`, at: context.clock.now() })]);
        await writeNotes(job.folder, { run: job.run, notes: [...told] });
      }
    },
    sweep: sweepAttempt,
    begin: ({ pipeline, ...life }) => children.begin({ ...life, loads: [stageJob, pipeline.module] }),
    end: () => children.end(),
    describeEscape,
  };
}

/** True for a call that came to nothing: what it was to mend is still the fault. */
function isGivenUp({ outcome }: Execution): boolean {
  return outcome === "failed" || outcome === "timed-out" || outcome === "stalled" || outcome === "output-limit";
}

/** Reason why a program can't be started. It is looked for first, because prlimit would start and only then not find the program. */
async function whyUnusable(program: string): Promise<string | undefined> {
  const mend = "correct executor.argv in config.jsonc";
  const unusable = async (path: string): Promise<string | undefined> => {
    try {
      await access(path, constants.X_OK);
      return (await stat(path)).isFile() ? undefined : `${path} is not a program; ${mend}`;
    } catch (error) {
      const help = hasErrorCode(error, "EACCES") ? "let this node's user run it" : "install it";
      return `${path} can't be run: ${systemCause(error)}; ${help}, or ${mend}`;
    }
  };
  const why = await unusable(program);
  if (why !== undefined) return why;
  const interpreter = await interpreterOf(program);
  const whyNot = interpreter === undefined ? undefined : await unusable(interpreter);
  return whyNot === undefined ? undefined : `the first line of ${program} asks for an interpreter: ${whyNot}`;
}

/** Interpreter that a script names in its first line; undefined for any other program. Source: execve(2), "Interpreter scripts". */
async function interpreterOf(program: string): Promise<string | undefined> {
  const file = await open(program).catch(() => undefined);
  if (file === undefined) return undefined;
  await using _ = file;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0);
  return /^#![ \t]*(\/[^ \t\r\n]+)/.exec(buffer.toString("latin1", 0, bytesRead))?.[1];
}

function onlyOutput(role: AnyRole, out: string): string | undefined {
  const required = role.produces.filter((slot) => !isOptional(slot)).map(artifactOf);
  const [artifact] = required;
  return artifact === undefined || required.length > 1 || artifact.many ? undefined : join(out, artifact.file);
}

/** SHA-256 by name of the files in `in/` that a role consumes. Bytes are hashed here, and not read as documents. */
async function inputDigests(folder: string, role: AnyRole): Promise<Record<string, string>> {
  const names = await readdir(folder);
  const consumed = names.filter((name) => role.consumes.some((slot) => isFileOf(artifactOf(slot), name)));
  const digests: [string, string][] = [];
  for (const name of consumed.sort()) {
    const hash = createHash("sha256");
    await pipeline(createReadStream(join(folder, name)), hash);
    digests.push([name, hash.digest("hex")]);
  }
  return Object.fromEntries(digests);
}

/** Description, for people, of how a program ended and what it printed last, without the values of its own environment. */
function describeCommand(ending: Ending, { program, own }: { program: string; own: Readonly<Record<string, string>> }): string {
  const tails = ["stderr", "stdout"] as const;
  const said = tails.flatMap((name) => {
    const text = printable(ending[name].tail);
    return text === "" ? [] : [`${name}: ${text.length > tailCharacters ? `…${text.slice(-tailCharacters)}` : text}`];
  });
  const quiet: Ending = { ...ending, stdout: { ...ending.stdout, tail: "" } };
  const sentence = describeEnding(said.length > 0 ? { ...quiet, stderr: { ...ending.stderr, tail: "" } } : ending, program);
  return Object.values(own)
    .filter((value) => value.length >= secretLength)
    .reduce((text, value) => text.replaceAll(value, "[value from env]"), [said.length > 0 ? `${sentence}.` : sentence, ...said].join("\n"));
}

/** Text without control characters, but for tabs and line feeds. */
function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/[^\P{Cc}\t\n]/gu, "")
    .trim();
}
