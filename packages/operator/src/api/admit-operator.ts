import type { IncomingMessage } from "node:http";
import { checkHygiene, type OperatorCall, operatorCalls, operatorLevels, pathOf } from "@tasuki/bus";
import { TasukiError } from "@tasuki/protocol";
import type { Operator } from "./operator.ts";

/** Door of the operator API: a listener, and how it proves who calls. */
export interface OperatorDoor {
  /** True where a one-time link opens a session. */
  readonly takesLinks?: true;
  /** Gives the `Host` values that name the door, lower case. Called at each request, since a port may be known only after listening. */
  allowedHosts(): readonly string[];
  /** Resolves with the caller. Rejects with `peer_unknown` or `identity_unavailable`. */
  identify(req: IncomingMessage): Promise<Operator>;
}

/** Path under which the procedures are called: `/operator/runs`. */
export const base = "/operator/";

/** Seconds after which a client may try again: a control server does not come back in an instant. */
const staleRetryAfter = 15;

/** Bytes of a request that brings a link. */
const mostGuestBytes = 1_024;

/** Calls that have a path of their own beside the procedures. */
const ownPaths: Readonly<Partial<Record<string, OperatorCall>>> = { "/upload": "upload" };

/** Finds the call that a path names; undefined where the table of edges has none. */
export function callOf(path: string): OperatorCall | undefined {
  if (Object.hasOwn(ownPaths, path)) return ownPaths[path];
  const name = path.startsWith(base) ? path.slice(base.length) : "";
  return Object.hasOwn(operatorCalls, name) && !Object.values(ownPaths).some((own) => own === name) ? (name as OperatorCall) : undefined;
}

/**
 * Decides about a request of the operator API before a byte of its body is read: headers, path, identity, level. Resolves with the call that it may
 * make; `onKnown` is told who is calling, also where that is then refused. Rejects with `browser_refused`,
 * `wrong_host`, `not_found`, `peer_unknown`, `identity_unavailable`, `local_only`, `not_granted`; for a link with `length_required` and `too_large`.
 */
export async function admitOperator(
  door: OperatorDoor,
  req: IncomingMessage,
  onKnown: (operator: Operator) => void,
): Promise<OperatorCall> {
  checkHygiene(req, door.allowedHosts(), "own-page");
  const call = callOf(pathOf(req));
  if (call === undefined) throw new TasukiError("not_found", `The operator API has no such path: it has ${paths().join(", ")}.`);
  if (operatorCalls[call] === "link" && door.takesLinks === true) {
    // Nobody is known yet who could be given more room.
    const { "content-length": length } = req.headers;
    if (length === undefined) throw new TasukiError("length_required", "The request must say its Content-Length.");
    if (Number(length) > mostGuestBytes) throw new TasukiError("too_large", `A link is sent in at most ${mostGuestBytes} bytes.`);
    onKnown(guest);
    return call;
  }
  const operator = await door.identify(req);
  onKnown(operator);
  demandCall(operator, call);
  return call;
}

/** Caller who has a link, or says so: nobody yet. */
const guest: Operator = { principal: "link", level: undefined, isLocal: false };

/** Throws unless the caller may make a call: `local_only`, `not_granted`, or `identity_unavailable` for one whose grants may be out of date. */
export function demandCall({ principal, level, isLocal, stale }: Operator, call: OperatorCall): void {
  const needed = operatorCalls[call];
  if (needed === "link")
    throw new TasukiError("not_granted", "A link opens a session on 127.0.0.1 alone; here the caller is known without one.");
  if (needed === "socket") {
    if (!isLocal) throw new TasukiError("local_only", `'${call}' is for whoever can open main's operator.sock, and for nobody else.`);
    return;
  }
  if (level === undefined || operatorLevels.indexOf(level) < operatorLevels.indexOf(needed))
    throw new TasukiError(
      "not_granted",
      `${principal} may ${level === undefined ? "not use main's operator API" : `${level === "read" ? "look" : level} on main's operator API, and no more`}: '${call}' needs the level '${needed}', which people.json gives (docs/tailnet.md).`,
    );
  if (stale === true && needed !== "read")
    throw new TasukiError(
      "identity_unavailable",
      "This machine has heard nothing of the tailnet's control server for too long: whether the caller's grants still stand can't be found out.",
      { retryAfter: staleRetryAfter },
    );
}

function paths(): string[] {
  return [...Object.keys(ownPaths), `${base}<call>, where <call> is one of ${Object.keys(operatorCalls).join(", ")}`];
}
