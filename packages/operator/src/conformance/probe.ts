import { Problem, problems } from "@tasuki/protocol";
import { z } from "zod";
import { exchange, type RawAnswer, type Target } from "./raw-http.ts";

export interface ProbeRequest {
  readonly method?: string;
  /** The request target (RFC 9112, section 3.2), exactly as it is sent. */
  readonly target: string;
  /** Headers that are sent after `Host`, in this order. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** The body. `Content-Length` is added where no header says its length. */
  readonly body?: string | Buffer;
  /** Keeps the connection open, and waits a moment for more answers than there should be. */
  readonly isKept?: true;
  /** The value of `Host` instead of the bus's own; `null` leaves the header out. */
  readonly host?: string | null;
  /** The value of `Authorization` instead of the caller's own; `null` leaves the header out. */
  readonly authorization?: string | null;
}

export interface Seen {
  /** The request in a line. */
  readonly label: string;
  readonly request: ProbeRequest;
  /** The final answer; undefined where the connection was ended without one. */
  readonly answer?: RawAnswer;
  readonly problem?: Problem;
  /** The number of answers after the final one, with `isKept`: more than none mean that one request was taken for several. */
  readonly further: number;
  /** True where the body was asked for by a 100 (RFC 9110, section 10.1.1). */
  readonly continued: boolean;
}

/** A probe of a bus: it asks one thing at a time, each over a connection of its own, and remembers what came back. */
export interface Probe {
  readonly seen: readonly Seen[];
  /** True where the caller proves itself by a token; otherwise the network does, or the socket's file mode. */
  readonly hasToken: boolean;
  /** The host that is asked, for people. */
  readonly host: string;
  ask(request: ProbeRequest): Promise<Seen>;
}

export interface ProbeDeps {
  readonly target: Target;
  /** The value of `Host`. */
  readonly host: string;
  /** The bearer token of the caller. */
  readonly token?: string | undefined;
}

export function createProbe({ target, host, token }: ProbeDeps): Probe {
  const seen: Seen[] = [];
  return {
    seen,
    hasToken: token !== undefined,
    host: "socketPath" in target ? target.socketPath : host,
    async ask(request) {
      const own = token === undefined ? null : `Bearer ${token}`;
      const head = toHead(request, { host, authorization: own });
      const isHead = request.method === "HEAD";
      const bytes = Buffer.concat([Buffer.from(head, "latin1"), Buffer.from(request.body ?? "")]);
      const answers = await exchange(target, bytes, { isHead, ...(request.isKept && { linger: 300 }) });
      const final = answers.findIndex(({ status }) => status >= 200);
      const answer = answers[final];
      const problem = answer && problemOf(answer);
      const one: Seen = {
        label: `${request.method ?? "GET"} ${request.target.length > 60 ? `${request.target.slice(0, 57)}…` : request.target}`,
        request,
        ...(answer && { answer }),
        ...(problem && { problem }),
        further: final < 0 ? 0 : answers.length - final - 1,
        continued: answers.some(({ status }) => status === 100),
      };
      seen.push(one);
      return one;
    },
  };
}

function toHead(
  { method = "GET", target, headers = [], body, ...own }: ProbeRequest,
  base: { host: string; authorization: string | null },
) {
  const host = own.host === undefined ? base.host : own.host;
  const authorization = own.authorization === undefined ? base.authorization : own.authorization;
  const hasLength = headers.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...(host === null ? [] : [`Host: ${host}`]),
    ...(authorization === null ? [] : [`Authorization: ${authorization}`]),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined || hasLength ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    ...(own.isKept ? [] : ["Connection: close"]),
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

const Wrapped = z.object({ error: z.object({ data: z.object({ problem: Problem }) }) });

/** The problem in an answer: in REST its body (RFC 9457), in tRPC `error.data.problem`. A problem that differs from the table is none. */
function problemOf({ status, headers, body }: RawAnswer): Problem | undefined {
  const read = parseJson(body);
  const isRest = headers["content-type"] === "application/problem+json";
  const problem = isRest ? Problem.safeParse(read).data : Wrapped.safeParse(read).data?.error.data.problem;
  if (problem === undefined || problem.status !== status) return undefined;
  const { status: known, title, retryable } = problems[problem.code];
  const isKnown = known === status && title === problem.title && retryable === problem.retryable;
  return isKnown && problem.type === `https://tasuki.dev/problems/${problem.code}` ? problem : undefined;
}

/** The value of a JSON body; undefined for a body that is none. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
