import { Problem, problems } from "@tasuki/protocol";
import { z } from "zod";
import type { Answer, Exchange } from "./exchange.ts";
import type { HostileRequest, Endpoint } from "./request.ts";

/** Failures of the node's surroundings, which a test may bring about; any other 5xx is one of its own. */
const allowedFailures: readonly string[] = ["identity_unavailable", "disk_full"];
const Wrapped = z.object({ error: z.object({ data: z.object({ problem: Problem }) }) });

/** Fault of what came back; undefined where there is none. */
export function whyWrong(request: HostileRequest, { answers, ending, rest }: Exchange, endpoint: Endpoint): string | undefined {
  const { requests = 1, mayEnd = false } = request;
  if (ending === "late") return `no end came; ${answers.length} answers had`;
  if (answers.length > requests) return `${answers.length} answers to ${requests} requests`;
  // A client that is still sending long after its answer is cut off; the answer must have come.
  if (ending === "reset" && answers.length === 0 && !mayEnd) return "the connection was reset before an answer came";
  if (answers.length === 0 && ending !== "cut" && !mayEnd) return "the connection was ended without an answer";
  if (rest > 0 && ending !== "cut" && !mayEnd) return `${rest} bytes came that are no answer`;
  return answers.map((answer) => whyWrongAnswer(request, answer, endpoint)).find((why) => why !== undefined);
}

function whyWrongAnswer({ mayPass = false, isHead = false }: HostileRequest, answer: Answer, endpoint: Endpoint): string | undefined {
  const { status, headers, body } = answer;
  const text = body.toString("utf8");
  for (const name of ["server", "x-powered-by", "set-cookie", "access-control-allow-origin"])
    if (headers[name] !== undefined) return `the answer has a header '${name}'`;
  if (`${text}${JSON.stringify(headers)}`.includes(endpoint.token)) return "the answer holds the caller's token";
  if (status < 300) return mayPass ? undefined : `answered ${status}, and should be refused: ${text.slice(0, 200)}`;
  if (isHead) return status < 500 ? undefined : `answered ${status}`;
  const problem = problemOf(answer);
  if (problem === undefined) return `answered ${status} with what is no problem: ${text.slice(0, 200)}`;
  if (status >= 500 && !allowedFailures.includes(problem.code)) return `answered ${status} ${problem.code}`;
  const { unmet: _found, detail: _said, ...others } = problem;
  return JSON.stringify([others, headers]).includes(endpoint.canary) ? "the answer holds the canary" : undefined;
}

/** The problem in an answer: in REST its body (RFC 9457), in tRPC `error.data.problem`; only where it is as the one table says. */
export function problemOf({ status, headers, body }: Answer): Problem | undefined {
  const type = headers["content-type"];
  const read = readJson(body);
  const problem = type === "application/problem+json" ? Problem.safeParse(read).data : Wrapped.safeParse(read).data?.error.data.problem;
  if (problem === undefined || problem.status !== status) return undefined;
  const known = problems[problem.code];
  return known.status === status && problem.title === known.title && problem.retryable === known.retryable ? problem : undefined;
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
