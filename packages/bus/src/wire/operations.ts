import { Envelope, FeedEntry, Health, Sha256, Status, StatusQuery, TaskAnswer, UploadAnswer, WatchQuery } from "@tasuki/protocol";
import { z } from "zod";
import { TaskFiles } from "./task-request.ts";

/** Input of `task` over tRPC. (REST takes the envelope itself, with `files` beside its fields, or the bare payload.) */
const TaskInput = z.looseObject({ envelope: Envelope, files: TaskFiles });

/** Query of `POST /upload`. A contract may leave out its version; a form may leave out the contract, where the file's name tells it. */
export const UploadQuery = z.looseObject({
  contract: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,63}(@[1-9][0-9]{0,5})?$/, "a contract: name or name@version")
    .optional(),
  sha256: Sha256.optional(),
});
export type UploadQuery = z.infer<typeof UploadQuery>;

export interface Operation {
  /** `upload` has bytes for a body, and no tRPC spelling, since tRPC inputs have no back-pressure. */
  readonly kind: "mutation" | "query" | "subscription" | "upload";
  /** The call that a permission must name. */
  readonly call: "task" | "upload" | "status" | "health";
  /** The REST spelling; absent where there is none. */
  readonly rest?: { readonly method: "GET" | "POST"; readonly path: string; readonly status: number };
  readonly summary: string;
  readonly input: z.ZodType;
  readonly output: z.ZodType;
}

/** Every operation of a bus. Routes, tRPC procedures and the OpenAPI document are made from this table, and a bus answers no other path. */
export const operations = {
  task: {
    kind: "mutation",
    call: "task",
    rest: { method: "POST", path: "/task", status: 202 },
    summary: "Accept a task: a run, work for a stage, a nudge, a cancel or a close. Answers with a signed receipt.",
    input: TaskInput,
    output: TaskAnswer,
  },
  status: {
    kind: "query",
    call: "status",
    rest: { method: "GET", path: "/status", status: 200 },
    summary: "The node and its tasks; a run's tasks; the feed from an index; the artifacts of a task or run.",
    input: StatusQuery,
    output: Status,
  },
  watch: {
    kind: "subscription",
    call: "status",
    summary: "The feed from an index, then what comes (Server-Sent Events).",
    input: WatchQuery,
    output: FeedEntry,
  },
  health: {
    kind: "query",
    call: "health",
    rest: { method: "GET", path: "/health", status: 200 },
    summary: "The node, its contracts, clock, store and identity state.",
    input: z.void(),
    output: Health,
  },
  upload: {
    kind: "upload",
    call: "upload",
    rest: { method: "POST", path: "/upload", status: 201 },
    summary: "Store bytes under a contract: a raw body, or a form with exactly one file. 200 where the bytes were here already.",
    input: UploadQuery,
    output: UploadAnswer,
  },
} as const satisfies Record<string, Operation>;

export interface Route {
  readonly name: string;
  readonly spelling: "rest" | "trpc";
  readonly method: "GET" | "POST";
  readonly operation: Operation;
}

/** Routes by path, exact. */
export const routes: ReadonlyMap<string, Route> = new Map(
  Object.entries(operations satisfies Record<string, Operation>).flatMap(([name, operation]: [string, Operation]): [string, Route][] => {
    const { rest, kind } = operation;
    return [
      ...(rest === undefined ? [] : [[rest.path, { name, spelling: "rest", method: rest.method, operation }] as [string, Route]]),
      ...(kind === "upload"
        ? []
        : [[`/trpc/${name}`, { name, spelling: "trpc", method: kind === "mutation" ? "POST" : "GET", operation }] as [string, Route]]),
    ];
  }),
);

/** Header of every answer: the time of the node's clock when the request came, milliseconds since 1970. It proves nothing, and no call depends on it. */
export const clockHeader = "tasuki-clock";
