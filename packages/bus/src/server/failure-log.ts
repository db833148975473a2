import { type Clock, limitLogger, type Logger, type Problem, type ProblemCode } from "@tasuki/protocol";

/** Facts about a request in the log. */
export interface RequestFields {
  /** A path of the bus. Any other path is the caller's own text, and is left out. */
  readonly path?: string | undefined;
  readonly principal?: string | undefined;
}

/** Codes whose `detail` is logged: it tells of the caller and of this node alone. Other details may quote the request, and are for its sender. */
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

/** Callers whose lines are counted each for itself; those of others, and of whoever is not known, are counted together. */
const callersAtMost = 1_024;

/**
 * Creates the log of requests without a good answer: a failure of the node's own is logged with its cause, a refusal with its code; of one caller
 * 30 lines a minute, whatever it asks.
 */
export function createFailureLog({ logger, clock }: { readonly logger: Logger; readonly clock: Pick<Clock, "monotonic"> }) {
  const ofOthers = limitLogger(logger, clock);
  const ofCallers = new Map<string, Logger>();
  const of = (principal: string | undefined): Logger => {
    if (principal === undefined) return ofOthers;
    const known = ofCallers.get(principal);
    if (known !== undefined) return known;
    if (ofCallers.size >= callersAtMost) return ofOthers;
    const limited = limitLogger(logger, clock);
    ofCallers.set(principal, limited);
    return limited;
  };
  return (fields: RequestFields, { code, detail }: Problem, cause: unknown): void => {
    // The common answer to a task whose files its sender has yet to bring: a step of the hand-off, and no refusal.
    if (code === "attachments_missing") return logger.debug(fields, "a task waits for files, which its sender brings next");
    const limited = of(fields.principal);
    if (code === "internal") return limited.error({ ...fields, err: cause }, "a request failed");
    limited.info({ ...fields, code, ...(ownWords.has(code) && { detail }) }, "a request was refused");
  };
}
