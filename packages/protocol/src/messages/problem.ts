import { z } from "zod";
import { few, sentence, shortened, word } from "./said.ts";

/** A fault of a file or message, told precisely enough that an author (a person or a model) can mend it from this alone. */
export const Unmet = z.object({
  /** Name of the file, as its contract gives it. */
  file: word(),
  /** Place in the file or message: a heading, a field, a path such as `candidates.0.source`. */
  path: sentence().optional(),
  /** Line, counted from 1. */
  line: z.int().positive().optional(),
  /** Demand of the contract or check, as a phrase: `a digest`, `the citation [C1] of the final text`. */
  expected: sentence(),
  /** Text that is there instead, shortened where it is long; `nothing` where there is nothing. */
  got: sentence(),
  /** Command to the author: `cite [C1] where its statement stands`. */
  fix: sentence(),
});
export type Unmet = z.infer<typeof Unmet>;

/** The first of the unmet lines, at most `most`, with their texts shortened. */
export function shortenedUnmet(unmet: readonly Unmet[], most: number): Unmet[] {
  return unmet.slice(0, most).map(({ file, path, line, expected, got, fix }) => ({
    file: shortened(file),
    ...(path !== undefined && { path: shortened(path) }),
    ...(line !== undefined && { line }),
    expected: shortened(expected),
    got: shortened(got),
    fix: shortened(fix),
  }));
}

/** Faults that are read of a list from another node: an author mends from the first ones. */
const mostRead = 100;

/** Faults as another node lists them. Of a longer list the last one that is kept says how many were left out. */
export const UnmetList = z.array(Unmet).overwrite((all) => {
  if (all.length <= mostRead) return all;
  const shown = all.slice(0, mostRead - 1);
  return [...shown, { file: "…", expected: "…", got: `${all.length - shown.length} more`, fix: "mend those above, and try again" }];
});

/** Number of digests that are read of an answer: a task has at most 2,048 attachments. */
const mostMissing = 2_048;

interface ProblemKind {
  readonly status: number;
  /** True where the same request can succeed later without being changed. */
  readonly retryable: boolean;
  readonly title: string;
}

/** Table of every refusal and failure that a surface of Tasuki can show. Nothing else decides a status, or a further try. */
export const problems = {
  malformed_request: { status: 400, retryable: false, title: "The request is not well formed" },
  malformed_message: { status: 400, retryable: false, title: "The message is not well formed" },
  local_only: { status: 403, retryable: false, title: "This is allowed on the node's own socket only" },
  browser_refused: { status: 403, retryable: false, title: "Browsers are kept off the bus" },
  wrong_host: { status: 403, retryable: false, title: "The Host header names another host" },
  peer_unknown: { status: 403, retryable: false, title: "The caller is not known here" },
  not_granted: { status: 403, retryable: false, title: "The policy does not grant this" },
  signature_invalid: { status: 403, retryable: false, title: "No pinned key of the sender signed this" },
  not_found: { status: 404, retryable: false, title: "There is nothing of that name here" },
  method_not_allowed: { status: 405, retryable: false, title: "The method is not one of this path" },
  request_timeout: { status: 408, retryable: true, title: "The request took too long to arrive" },
  attachments_missing: { status: 409, retryable: false, title: "Attachments of the task are not here yet" },
  task_conflict: { status: 409, retryable: false, title: "The task's id stands for other content" },
  stale_epoch: { status: 409, retryable: false, title: "A higher epoch of the run is known" },
  stage_taken: { status: 409, retryable: false, title: "The stage has another task at this epoch" },
  invalid_state: { status: 409, retryable: false, title: "The state does not allow this" },
  length_required: { status: 411, retryable: false, title: "Content-Length is required" },
  too_large: { status: 413, retryable: false, title: "The content is larger than allowed" },
  unsupported_media_type: { status: 415, retryable: false, title: "The content type is not taken here" },
  wrong_recipient: { status: 422, retryable: false, title: "The task is addressed to another role" },
  name_invalid: { status: 422, retryable: false, title: "A file name breaks the rule for names" },
  unknown_artifact: { status: 422, retryable: false, title: "No contract of this node has that name" },
  unknown_version: { status: 422, retryable: false, title: "The contract's version is not read here" },
  unknown_role: { status: 422, retryable: false, title: "The role is not in the roster" },
  contract_violation: { status: 422, retryable: false, title: "The content breaks its contract" },
  digest_mismatch: { status: 422, retryable: false, title: "The content is not what was declared" },
  too_late: { status: 422, retryable: false, title: "The task's time is over" },
  queue_full: { status: 429, retryable: true, title: "The queue is full" },
  internal: { status: 500, retryable: true, title: "The node failed" },
  answer_invalid: { status: 502, retryable: true, title: "The node's answer can't be read" },
  identity_unavailable: { status: 503, retryable: true, title: "Who is calling can't be found out now" },
  unavailable: { status: 503, retryable: true, title: "The node is not ready" },
  unreachable: { status: 503, retryable: true, title: "The node can't be reached" },
  disk_full: { status: 507, retryable: true, title: "The disk has no room" },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problems;
const codes = Object.keys(problems) as [ProblemCode, ...ProblemCode[]];

/** Body of every refusal in REST, and `data.problem` in tRPC. Source: RFC 9457, `application/problem+json`. */
export const Problem = z.object({
  type: word(),
  title: word(),
  status: z.int(),
  code: z.enum(codes),
  retryable: z.boolean(),
  detail: sentence(),
  unmet: UnmetList.optional(),
  /** SHA-256 digests to upload, with `attachments_missing`. */
  missing: few(word(), mostMissing).optional(),
  /** Epoch that is known here, with `stale_epoch`. */
  epoch: z.int().optional(),
  /** Seconds to wait, as in `Retry-After`. */
  retryAfter: z.number().optional(),
});
export type Problem = z.infer<typeof Problem>;

export interface ProblemDetails {
  readonly unmet?: readonly Unmet[];
  readonly missing?: readonly string[];
  readonly epoch?: number;
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** Error of Tasuki, the only one. `message` says what happened, where, and what to do. */
export class TasukiError extends Error {
  override readonly name = "TasukiError";
  readonly code: ProblemCode;
  readonly details: ProblemDetails;

  constructor(code: ProblemCode, message: string, details: ProblemDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return problems[this.code].status;
  }

  get retryable(): boolean {
    return problems[this.code].retryable;
  }
}

export function isTasukiError(value: unknown): value is TasukiError {
  return value instanceof Error && value.name === "TasukiError";
}

/** Recognises an error of the system by its code (errno(3)): `hasErrorCode(error, "ENOENT")`. */
export function hasErrorCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);
}

/** Recognises a file system that has no room for what was to be written. */
export function isNoSpace(error: unknown): boolean {
  return hasErrorCode(error, "ENOSPC", "EDQUOT");
}

/** Unmet lines that a problem is written with: whoever mends so many asks again for the rest. */
const mostWritten = 20;

/**
 * The problem that the wire carries for an error, whose size does not grow with what was refused. Any error but a `TasukiError` becomes
 * `internal`, without its text.
 */
export function toProblem(error: unknown): Problem {
  const known = isTasukiError(error) ? error : new TasukiError("internal", "The node failed; its log has the cause.");
  const { title, status, retryable } = problems[known.code];
  const { unmet, missing, epoch, retryAfter } = known.details;
  return {
    type: `https://tasuki.dev/problems/${known.code}`,
    title,
    status,
    code: known.code,
    retryable,
    detail: shortened(known.message),
    ...(unmet && { unmet: shortenedUnmet(unmet, mostWritten) }),
    ...(missing && { missing: [...missing] }),
    ...(epoch !== undefined && { epoch }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

/** The error that a problem from the wire stands for. */
export function fromProblem(problem: Problem): TasukiError {
  const { unmet, missing, epoch, retryAfter } = problem;
  return new TasukiError(problem.code, problem.detail, {
    ...(unmet && { unmet }),
    ...(missing && { missing }),
    ...(epoch !== undefined && { epoch }),
    ...(retryAfter !== undefined && { retryAfter }),
  });
}
