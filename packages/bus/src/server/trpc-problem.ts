import { isTasukiError, type Problem, type ProblemCode, TasukiError, toInputError, toProblem } from "@tasuki/protocol";
import type { TRPCError } from "@trpc/server";
import { TRPC_ERROR_CODES_BY_KEY, type TRPC_ERROR_CODE_KEY } from "@trpc/server/rpc";
import { z } from "zod";

const codesByStatus: Readonly<Record<number, TRPC_ERROR_CODE_KEY>> = {
  400: "BAD_REQUEST",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  405: "METHOD_NOT_SUPPORTED",
  408: "TIMEOUT",
  409: "CONFLICT",
  413: "PAYLOAD_TOO_LARGE",
  415: "UNSUPPORTED_MEDIA_TYPE",
  422: "UNPROCESSABLE_CONTENT",
  429: "TOO_MANY_REQUESTS",
  503: "SERVICE_UNAVAILABLE",
};

/** Problems for tRPC's own refusals, before a procedure is called. */
const ownRefusals: Partial<Record<TRPC_ERROR_CODE_KEY, { readonly code: ProblemCode; readonly detail: string }>> = {
  PARSE_ERROR: { code: "malformed_request", detail: "The body or the input is not JSON." },
  BAD_REQUEST: { code: "malformed_request", detail: "The request is no single tRPC call: batches are not taken." },
  NOT_FOUND: { code: "not_found", detail: "There is no procedure of that name." },
  METHOD_NOT_SUPPORTED: { code: "method_not_allowed", detail: "The procedure is not called by this method." },
  PAYLOAD_TOO_LARGE: { code: "too_large", detail: "The body is larger than a task may be." },
  UNSUPPORTED_MEDIA_TYPE: { code: "unsupported_media_type", detail: "The body must be application/json." },
};

/** Problem behind a tRPC error. The problem of an internal failure does not tell its cause; that of an `input` that was refused says what stands in it. */
export function problemOf(error: TRPCError, input?: unknown): Problem {
  if (isTasukiError(error.cause)) return toProblem(error.cause);
  if (error.code === "BAD_REQUEST" && error.cause instanceof z.ZodError)
    return toProblem(toInputError("malformed_message", { place: "message", error: error.cause, value: input }));
  const own = ownRefusals[error.code];
  return toProblem(own === undefined ? error : new TasukiError(own.code, own.detail));
}

/** Puts a problem into the form that tRPC clients read, under `data.problem`. */
export function toTrpcShape(problem: Problem, path: string | undefined) {
  const code = codesByStatus[problem.status] ?? "INTERNAL_SERVER_ERROR";
  return {
    message: problem.detail,
    code: TRPC_ERROR_CODES_BY_KEY[code],
    data: { code, httpStatus: problem.status, ...(path !== undefined && { path }), problem },
  };
}
