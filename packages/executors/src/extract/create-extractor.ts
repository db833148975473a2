import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { type ExecutorContext, type ExtractedSource, type Extractor, fromProblem, type Job, mostBlocks } from "@tasuki/protocol";
import { toPipelineRequest } from "../define/load-pipeline.ts";
import { describeEscape, sweepAttempt } from "../supervise/attempt-processes.ts";
import { type Children, createChildren } from "../supervise/children.ts";
import { describeEnding } from "../supervise/describe-ending.ts";
import { ExtractNote, type ExtractRequest, textFileOf } from "./extract-messages.ts";

export interface ExtractorOptions {
  /** Memory of the child that reads the files, MiB. */
  readonly memoryMiB?: number;
  /** Longest time that one source may take, milliseconds. */
  readonly sourceMs?: number;
}

interface Raw {
  readonly id: string;
  readonly name: string;
}

const extractJob = import.meta.resolve("./extract-job.ts");

/**
 * Extractor of main's intake for PDF, DOCX, HTML, e-mail, CSV, Markdown and text, in a child with limits that reads no other run's. A source that can't be read, or that kills the child,
 * is recorded with the reason, and the others go on. Rejects when it is aborted, when no child can be started, and, with `invalid_state`,
 * when the relay's files are no longer those that this process has loaded.
 */
export function createExtractor({ memoryMiB, sourceMs = 120_000 }: ExtractorOptions = {}): Extractor {
  const children = createChildren({ use: "confined", memoryMiB });
  return {
    async extract(job, context) {
      const raws = await readRaws(join(job.folder, "in"));
      await mkdir(join(job.folder, "out"), { recursive: true });
      const done = new Map<string, ExtractedSource>();
      // Blocks of one source: all sources share the room that run.json has for them.
      const blocks = Math.max(1, Math.floor(mostBlocks / Math.max(1, raws.length)));
      for (let rest = raws; rest.length > 0; rest = raws.filter(({ id }) => !done.has(id))) {
        for (const source of await extractSome(rest, { job, context, children, blocks, sourceMs })) done.set(source.id, source);
      }
      return raws.flatMap(({ id }) => done.get(id) ?? []);
    },
    sweep: sweepAttempt,
    begin: ({ pipeline, ...life }) => children.begin({ ...life, loads: [extractJob, pipeline.module] }),
    end: () => children.end(),
    describeEscape,
  };
}

interface ExtractDeps {
  readonly job: Pick<Job, "folder" | "pipeline">;
  readonly context: ExecutorContext;
  readonly children: Children;
  /** Number of blocks that are told of one source, at most. */
  readonly blocks: number;
  readonly sourceMs: number;
}

/** Extracts sources in one child. Resolves with all of them; where one ended the child, with those up to that one, which is unreadable then. */
async function extractSome(raws: readonly Raw[], { job, context, children, blocks, sourceMs }: ExtractDeps): Promise<ExtractedSource[]> {
  const { folder, pipeline } = job;
  const [from, to] = [join(folder, "in"), join(folder, "out")];
  const request: ExtractRequest = { pipeline: toPipelineRequest(pipeline), sources: [...raws], blocks, from, to };
  const ending = await children.perform(
    {
      module: extractJob,
      request,
      folder,
      loads: [extractJob, pipeline.module],
      // The child tells when a source is done, so silence is the time that one source takes.
      hardMs: sourceMs * raws.length,
      stallMs: sourceMs,
    },
    context,
  );
  if (ending.reason === "cancelled") throw new Error("the extraction of the sources was cancelled");
  // A process that has read a document of strangers may have told anything.
  const lines = ending.told.flatMap((told) => ExtractNote.safeParse(told).data ?? []);
  for (const line of lines) if ("refused" in line) throw fromProblem(line.refused);
  const finished = lines.flatMap((line) => ("mediaType" in line ? [line] : []));
  const killer = lines.flatMap((line) => ("begun" in line ? [line.id] : [])).find((id) => !finished.some((one) => one.id === id));
  if (killer === undefined && finished.length < raws.length) throw new Error(describeEnding(ending, "the process that reads the sources"));
  if (killer === undefined) return finished;
  context.logger.warn({ source: killer, reason: ending.reason, code: ending.code }, "a source ended the process that read it");
  const { sources } = job.pipeline.intake;
  if (sources !== undefined) await rm(join(job.folder, "out", textFileOf(sources, killer)), { force: true });
  const unreadable = describeEnding(ending, "the process that read it");
  return [...finished, { id: killer, mediaType: "application/octet-stream", unreadable }];
}

/** Reads the names of the sources in `in/` (`S1.pdf`, `S2.md`, …), in the order of their numbers. */
async function readRaws(folder: string): Promise<Raw[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => /^S[1-9][0-9]{0,4}(?:\.|$)/.test(name))
    .map((name) => ({ id: name.split(".")[0] ?? name, name }))
    .sort((one, other) => Number(one.id.slice(1)) - Number(other.id.slice(1)));
}
