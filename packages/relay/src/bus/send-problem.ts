import type { IncomingMessage, ServerResponse } from "node:http";
import type { Problem } from "@tasuki/contracts";
import { toTrpcShape } from "./trpc-problem.ts";

export interface ProblemAnswer {
  readonly problem: Problem;
  /** With 405: the methods that the path has. */
  readonly allow?: string;
  /** The tRPC procedure that was called: its clients get their own form of the same problem. */
  readonly procedure?: string;
}

/** Answers with a problem. The connection ends with a denial, and with every refusal of a body that has not wholly arrived. */
export function sendProblem(req: IncomingMessage, res: ServerResponse, { problem, allow, procedure }: ProblemAnswer): void {
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  const body = JSON.stringify(procedure === undefined ? problem : { error: toTrpcShape(problem, procedure) });
  res.statusCode = problem.status;
  res.setHeader("content-type", procedure === undefined ? "application/problem+json" : "application/json");
  res.setHeader("content-length", Buffer.byteLength(body));
  if (allow !== undefined) res.setHeader("allow", allow);
  if (problem.retryAfter !== undefined) res.setHeader("retry-after", Math.ceil(problem.retryAfter));
  if (!req.complete || problem.status === 403) res.setHeader("connection", "close");
  // An answered request is no longer ended with its connection, and whoever reads its body would wait for ever.
  if (!req.complete) req.socket.once("close", () => void req.destroy(new Error("the connection has ended")));
  res.end(body);
}
