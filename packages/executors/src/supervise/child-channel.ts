import type { Duplex } from "node:stream";
import { z } from "zod";

/** Job as it is given to a prepared child, a line of JSON on its stdin. */
export interface ChildJob {
  /** File URL of the module of ours that does it: its `perform`. */
  readonly module: string;
  readonly request: unknown;
  /** Absolute path of the job's folder. */
  readonly folder: string;
}

/** Function `perform` of a module that a prepared child does jobs by. */
export type Perform = (request: unknown, tools: JobTools) => Promise<unknown>;

/** Tools by which a job tells something before it is done. */
export interface JobTools {
  /** Called on any sign of work. */
  readonly progress: (note?: string) => void;
  /** Tells a value at once: it is known also where the child then dies. */
  readonly tell: (value: unknown) => void;
}

/** Lines of JSON that a child writes on its channel: that it has taken the job up, signs of work, values that are told, and last the answer. */
export const ChildLine = z.union([
  z.object({ begun: z.literal(true) }),
  z.object({ progress: z.string() }),
  z.object({ told: z.unknown() }),
  z.object({
    answer: z.unknown(),
    /** Leftovers of the job in the child, for people; empty where the child is as it was. */
    left: z.array(z.string()),
    /** Resident memory, MiB. */
    memoryMiB: z.number(),
  }),
]);
export type ChildLine = z.infer<typeof ChildLine>;
export type ChildAnswer = Extract<ChildLine, { left: unknown }>;

/** Messages that came on the channel while a job was done. */
export interface Heard {
  isBegun: boolean;
  /** The last note of a sign of work. */
  said: string;
  readonly told: unknown[];
  /** Resolves with the answer. Rejects where a line is none of ours: then nothing that the child says counts. */
  readonly answered: Promise<ChildAnswer>;
}

/** Reads the lines of a child's channel. Returns the way to listen for the lines of the next job. */
export function readChannel(channel: Duplex): () => Heard {
  let waiting: { readonly heard: Heard; readonly done: PromiseWithResolvers<ChildAnswer> } | undefined;
  let parts: Buffer[] = [];
  const take = (text: string): void => {
    if (waiting === undefined) return;
    try {
      const line = ChildLine.parse(JSON.parse(text));
      if ("begun" in line) waiting.heard.isBegun = true;
      else if ("progress" in line) waiting.heard.said = line.progress;
      else if ("left" in line) waiting.done.resolve(line);
      else waiting.heard.told.push(line.told);
    } catch (error) {
      waiting.done.reject(error);
    }
  };
  channel.on("data", (chunk: Buffer) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      take(Buffer.concat([...parts, rest.subarray(0, end)]).toString("utf8"));
      parts = [];
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) parts.push(rest);
  });
  return () => {
    const done = Promise.withResolvers<ChildAnswer>();
    done.promise.catch(() => undefined);
    const heard: Heard = { isBegun: false, said: "", told: [], answered: done.promise };
    waiting = { heard, done };
    return heard;
  };
}
