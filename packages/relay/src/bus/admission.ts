import type { IncomingMessage, ServerResponse } from "node:http";
import { TasukiError, toProblem } from "@tasuki/contracts";
import type { Caller } from "../identity/identity.ts";
import { type Route, routes } from "../operations.ts";
import { checkHygiene } from "./hygiene.ts";
import { sendProblem } from "./send-problem.ts";
import { maxBodyBytes } from "./task-request.ts";

export interface AdmissionDeps {
  readonly role: string;
  readonly identify: (req: IncomingMessage) => Promise<Caller>;
  /** `Host` values that name this bus, lower case. Asked at each request: a port may be known only after listening. */
  readonly allowedHosts: () => readonly string[];
}

export interface Admitted {
  readonly caller: Caller;
  readonly route: Route;
}

/** Seconds after which it is worth another try: a control server does not come back in an instant. */
const staleRetryAfter = 15;

/** The path without its query, exactly as sent: nothing is decoded or normalised. */
export function pathOf(req: IncomingMessage): string {
  return (req.url ?? "/").split("?", 1)[0] ?? "/";
}

/**
 * Decides about a request before a byte of its body is read: hygiene, path and method, identity, permission, size.
 * A client that sent `Expect: 100-continue` (RFC 9110, section 10.1.1) has sent no body until then.
 */
export async function admit({ role, identify, allowedHosts }: AdmissionDeps, req: IncomingMessage): Promise<Admitted> {
  checkHygiene(req, allowedHosts());
  const route = routes.get(pathOf(req));
  if (route === undefined) throw new TasukiError("not_found", `There are these paths: ${[...routes.keys()].join(", ")}.`);
  if (req.method !== route.method) throw new TasukiError("method_not_allowed", `${pathOf(req)} takes ${route.method} only.`);
  const caller = await identify(req);
  const { call, kind } = route.operation;
  if (!caller.permissions.some((permission) => permission.to === role && permission.call === call))
    throw new TasukiError("not_granted", `The policy does not let ${caller.principal} call '${call}' on ${role}.`);
  if (caller.stale === true && (call === "task" || call === "upload"))
    throw new TasukiError(
      "identity_unavailable",
      "This machine has heard nothing of the tailnet's control server for too long: whether the caller's grants still stand can't be found out.",
      { retryAfter: staleRetryAfter },
    );
  const length = Number(req.headers["content-length"] ?? 0);
  if (kind !== "upload" && length > maxBodyBytes)
    throw new TasukiError("too_large", `The body has ${length} bytes; ${maxBodyBytes} are taken. Files are uploaded apart.`);
  return { caller, route };
}

/** Lets a client that waits for it send its body. */
export function continueBody(req: IncomingMessage, res: ServerResponse): void {
  if (req.headers.expect?.toLowerCase() === "100-continue") res.writeContinue();
}

// 30 s for any body, and beyond that the time that it takes at 64 KB/s. No file takes longer than 20 minutes; a length that nobody allows,
// and that is refused at once, would make a time that no timer holds.
const arrivalMs = (bytes: number): number => Math.min(30_000 + Math.ceil(bytes / 64), 1_200_000);

/** Cuts off a body that takes too long to arrive (slow-loris): 408 if nothing was answered yet. */
export function limitArrival(req: IncomingMessage, res: ServerResponse): void {
  const { "content-length": length, "transfer-encoding": coding } = req.headers;
  if (coding === undefined && Number(length ?? 0) === 0) return;
  const { socket } = req;
  const limit = arrivalMs(Number(length ?? maxBodyBytes));
  const timer = setTimeout(() => {
    if (req.complete) return;
    // What nobody reads any more: Node would drop it for as long as it comes.
    if (res.headersSent) return socket.destroySoon();
    const error = new TasukiError("request_timeout", `The body did not arrive within ${Math.round(limit / 1000)} s.`);
    sendProblem(req, res, { problem: toProblem(error) });
  }, limit).unref();
  const stop = (): void => {
    clearTimeout(timer);
    socket.off("close", stop);
  };
  // Not the request's own `close`, which comes with its answer.
  req.once("end", stop);
  socket.once("close", stop);
}
