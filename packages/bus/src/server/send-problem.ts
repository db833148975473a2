import type { IncomingMessage, ServerResponse } from "node:http";
import type { Problem } from "@tasuki/protocol";
import { toJson } from "./to-json.ts";
import { toTrpcShape } from "./trpc-problem.ts";

export interface ProblemAnswer {
  readonly problem: Problem;
  /** Methods of the path, for the `Allow` header of a 405. */
  readonly allow?: string;
  /** Name of the tRPC procedure that was called. The problem is put into the form that tRPC clients read then. */
  readonly procedure?: string;
}

/**
 * Answers a request with a problem. The connection ends with the answer to a denial (403), and with that to a request whose body has not
 * wholly arrived.
 */
export function sendProblem(req: IncomingMessage, res: ServerResponse, { problem, allow, procedure }: ProblemAnswer): void {
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  const body = toJson(procedure === undefined ? problem : { error: toTrpcShape(problem, procedure) });
  res.statusCode = problem.status;
  res.setHeader("content-type", procedure === undefined ? "application/problem+json" : "application/json");
  res.setHeader("content-length", Buffer.byteLength(body));
  if (allow !== undefined) res.setHeader("allow", allow);
  if (problem.retryAfter !== undefined) res.setHeader("retry-after", Math.ceil(problem.retryAfter));
  if (!req.complete || problem.status === 403) res.setHeader("connection", "close");
  // The request must be destroyed with its socket: Node does so no longer once it is answered, and a reader of its body would wait for ever.
  if (!req.complete) req.socket.once("close", () => void req.destroy(new Error("the connection has ended")));
  res.end(body);
}
