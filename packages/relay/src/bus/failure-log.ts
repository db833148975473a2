import type { Logger, Problem, ProblemCode } from "@tasuki/contracts";

/** What a log says of a request beside what became of it. */
export interface RequestFields {
  /** A path of the bus; anything else that was asked for is the caller's own words. */
  readonly path?: string | undefined;
  readonly principal?: string | undefined;
}

// What these say is of the caller and of this node. What the others say can hold what was sent, and is for who sent it.
const ownWords: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "local_only",
  "browser_refused",
  "wrong_host",
  "peer_unknown",
  "not_granted",
  "queue_full",
  "identity_unavailable",
  "unavailable",
  "disk_full",
]);

/** Logs why a request got no good answer: a failure of the node's own with its cause, a refusal with its code. */
export function createFailureLog(logger: Logger) {
  return (fields: RequestFields, { code, detail }: Problem, cause: unknown): void => {
    if (code === "internal") return logger.error({ ...fields, err: cause }, "a request failed");
    logger.info({ ...fields, code, ...(ownWords.has(code) && { detail }) }, "a request was refused");
  };
}
