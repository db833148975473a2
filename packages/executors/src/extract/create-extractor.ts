import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutorContext, ExtractedSource, Extractor, Job } from "@tasuki/contracts";
import { sweepAttempt } from "../supervise/attempt-processes.ts";
import { describeEnding } from "../supervise/describe-ending.ts";
import { runModule } from "../supervise/run-module.ts";
import { parseNotes } from "./extract-notes.ts";

export interface ExtractorOptions {
  /** Of the child that reads the files, MiB. */
  readonly memoryMiB?: number;
  /** For one source, milliseconds. */
  readonly sourceMs?: number;
}

interface Raw {
  readonly id: string;
  readonly name: string;
}

const child = import.meta.resolve("./extract-child.ts");

/**
 * The extractor of main's intake: Markdown, text, HTML and PDF, in a child with limits. A source that can't be read, or that kills the child,
 * is recorded with the reason, and the others go on. Rejects only when it is aborted, or when no child can be started.
 */
export function createExtractor({ memoryMiB, sourceMs = 120_000 }: ExtractorOptions = {}): Extractor {
  return {
    async extract(job, context) {
      const raws = await readRaws(join(job.folder, "in"));
      await mkdir(join(job.folder, "out"), { recursive: true });
      const done = new Map<string, ExtractedSource>();
      for (let rest = raws; rest.length > 0; rest = raws.filter(({ id }) => !done.has(id))) {
        for (const source of await extractSome(rest, { job, context, memoryMiB, sourceMs })) done.set(source.id, source);
      }
      return raws.flatMap(({ id }) => done.get(id) ?? []);
    },
    sweep: sweepAttempt,
  };
}

interface RoundDeps {
  readonly job: Pick<Job, "folder" | "attemptId">;
  readonly context: ExecutorContext;
  readonly memoryMiB: number | undefined;
  readonly sourceMs: number;
}

/** One child's worth of sources: all of them, or all until one ended the child; that one included. */
async function extractSome(raws: readonly Raw[], { job, context, memoryMiB, sourceMs }: RoundDeps): Promise<ExtractedSource[]> {
  const notes = join(job.folder, "extraction.ndjson");
  await rm(notes, { force: true });
  const request = { sources: raws, from: join(job.folder, "in"), to: join(job.folder, "out"), notes };
  const ending = await runModule(
    // A source is done when its id is printed, so silence is the time that one source takes.
    { module: child, request, folder: job.folder, attemptId: job.attemptId, memoryMiB, hardMs: sourceMs * raws.length, stallMs: sourceMs },
    context,
  );
  if (ending.reason === "cancelled") throw new Error("the extraction of the sources was cancelled");
  const lines = parseNotes(await readFile(notes, "utf8").catch(() => ""));
  await rm(notes, { force: true });
  const finished = lines.flatMap((line) => ("begun" in line ? [] : [line]));
  const killer = lines.find((line) => "begun" in line && !finished.some(({ id }) => id === line.id));
  if (killer === undefined && finished.length < raws.length) throw new Error(describeEnding(ending, "the process that reads the sources"));
  if (killer !== undefined) {
    context.logger.warn({ source: killer.id, reason: ending.reason, code: ending.code }, "a source ended the process that read it");
    await rm(join(job.folder, "out", `${killer.id}.txt`), { force: true });
    const unreadable = describeEnding(ending, "the process that read it");
    return [...finished, { id: killer.id, mediaType: "application/octet-stream", unreadable }];
  }
  return finished;
}

/** `S1.pdf`, `S2.md`, …: the sources in `in/`, by number. */
async function readRaws(folder: string): Promise<Raw[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => /^S[1-9][0-9]{0,4}(?:\.|$)/.test(name))
    .map((name) => ({ id: name.split(".")[0] ?? name, name }))
    .sort((one, other) => Number(one.id.slice(1)) - Number(other.id.slice(1)));
}
