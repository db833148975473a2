import { fromProblem, Health, Problem, Status, TaskAnswer, UploadAnswer } from "@tasuki/protocol";
import { z } from "zod";
import type { BusClient, BusVerbs } from "../client/bus-client.ts";
import { toTaskInput } from "../client/create-bus-client.ts";
import { createTypedArtifacts } from "../client/typed-artifacts.ts";
import { type Connect, watchFeed } from "../client/watch-feed.ts";
import type { DirectVerb } from "./direct-bus.ts";

/** The way of texts to another node's `DirectBus` and back. */
export interface Passage {
  /** Resolves with the answer's text; rejects with `unreachable` where none came. */
  exchange(verb: DirectVerb, body: string, signal: AbortSignal | undefined): Promise<string>;
  /** Makes one subscription to the feed; its entries are parsed already. */
  readonly connect: Connect;
}

interface DirectClientDeps {
  readonly passage: Passage;
  /** Gives a number in [0, 1), for jitter. */
  readonly random: () => number;
}

const Answer = z.union([z.object({ problem: Problem }), z.object({ ok: z.unknown() })]);

/** Creates the client of a `DirectBus`. Answers are parsed and errors are `TasukiError`, as those of `createBusClient`. */
export function createDirectClient({ passage, random }: DirectClientDeps): BusClient {
  const call = async <S extends z.ZodType>(
    schema: S,
    [verb, body]: readonly [DirectVerb, unknown],
    signal?: AbortSignal,
  ): Promise<z.output<S>> => {
    const answer = Answer.parse(JSON.parse(await passage.exchange(verb, JSON.stringify(body), signal)));
    if ("problem" in answer) throw fromProblem(answer.problem);
    return schema.parse(answer.ok);
  };
  const verbs: BusVerbs = {
    task(envelope, { files, budgetMs, traceparent, signal } = {}) {
      const headers = {
        ...(budgetMs !== undefined && { "tasuki-budget-ms": String(Math.max(0, Math.floor(budgetMs))) }),
        ...(traceparent !== undefined && { traceparent }),
      };
      return call(TaskAnswer, ["task", { ...toTaskInput(envelope, files), headers }], signal);
    },
    status: (query, { signal } = {}) => call(Status, ["status", query], signal),
    health: ({ signal } = {}) => call(Health, ["health", {}], signal),
    watch: (from, options) => watchFeed(passage.connect, { ...options, from, random }),
    async uploadBytes(contract, { sha256, bytes }, { signal } = {}) {
      const parts: Uint8Array[] = [];
      for await (const part of bytes) parts.push(part);
      return call(UploadAnswer, ["upload", { contract, sha256, bytes: Buffer.concat(parts).toString("base64") }], signal);
    },
  };
  return { ...verbs, ...createTypedArtifacts(verbs) };
}
