import type { Caller, OperatorLevel } from "@tasuki/bus";

/** Caller of main's operator API, as the door by which the call came proves it. */
export interface Operator {
  /**
   * Name in records of what was asked: `local` for whoever can open `operator.sock`, `session:ann` for a session of the loopback door,
   * `ops:you@example.com` for a person of the tailnet.
   */
  readonly principal: string;
  /** Highest level that the caller has; undefined for one that was granted none. */
  readonly level: OperatorLevel | undefined;
  /** True for a call over `operator.sock` itself. */
  readonly isLocal: boolean;
  /** True where grants may have been revoked without this machine having heard of it: such a caller changes nothing. */
  readonly stale?: boolean | undefined;
}

/** Operator over `operator.sock`: the socket's file mode says who that is. */
export const localOperator: Operator = { principal: "local", level: "decide", isLocal: true };

/** Operator who calls over the tailnet: the highest level that the policy grants. */
export function toOperator({ principal, permissions, stale }: Caller): Operator {
  const levels = permissions.flatMap((one) => (one.call === "operator" ? [one.level] : []));
  const level = (["decide", "operate", "read"] as const).find((one) => levels.includes(one));
  return { principal, level, isLocal: false, stale };
}
