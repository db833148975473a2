import type { IncomingMessage } from "node:http";
import { TasukiError } from "@tasuki/protocol";
import type { Caller } from "../identity/identity.ts";
import { type Route, routes } from "../wire/operations.ts";
import { maxBodyBytes } from "../wire/task-request.ts";
import { type Browsers, checkHygiene } from "./hygiene.ts";

export interface AdmissionDeps {
  /** The role of this node, to which permissions must be addressed. */
  readonly role: string;
  /** Resolves with the caller. Rejects with `peer_unknown` or `identity_unavailable`. */
  readonly identify: (req: IncomingMessage) => Promise<Caller>;
  /** Gives the `Host` values that name this bus, lower case. Called at each request, since a port may be known only after listening. */
  readonly allowedHosts: () => readonly string[];
  /** Browsers that may call; none by default. */
  readonly browsers?: Browsers;
  /** Operations that are answered; all by default. A path of any other is not there. */
  readonly only?: readonly string[];
}

export interface Admitted {
  readonly caller: Caller;
  readonly route: Route;
}

/** Seconds after which a client may try again: a control server does not come back in an instant. */
const staleRetryAfter = 15;

/** Path of a request, without its query and exactly as sent: nothing is decoded or normalised. */
export function pathOf(req: IncomingMessage): string {
  return (req.url ?? "/").split("?", 1)[0] ?? "/";
}

/**
 * Decides about a request before a byte of its body is read: hygiene, path and method, identity, permission, size.
 * A client that sent `Expect: 100-continue` (RFC 9110, section 10.1.1) has sent no body until then.
 */
export async function admit({ role, identify, allowedHosts, browsers, only }: AdmissionDeps, req: IncomingMessage): Promise<Admitted> {
  checkHygiene(req, allowedHosts(), browsers);
  const isServed = ({ name }: Route): boolean => only === undefined || only.includes(name);
  const route = routes.get(pathOf(req));
  if (route === undefined || !isServed(route)) {
    const paths = [...routes].flatMap(([path, one]) => (isServed(one) ? [path] : []));
    throw new TasukiError("not_found", `There are these paths: ${paths.join(", ")}.`);
  }
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
