import type { ServerResponse } from "node:http";

export interface StreamGuardDeps {
  /** Rejects where the caller may no longer have the stream, or where it can't be found out who is calling. */
  readonly demand: () => Promise<void>;
  /** Called once, with what `demand` rejected with, before the connection ends. */
  readonly onCut: (error: unknown) => void;
}

/** Milliseconds between two questions. Whoever answers may remember for 2 s, so that a revoked grant ends within 2.5 s. */
const everyMs = 500;

/**
 * Ends a stream, and its connection, once its caller may no longer have it. A request is decided before it is answered; a stream is
 * answered for as long as the caller likes, and would outlive the grant. It is cut, not ended in order: a reader that takes nothing
 * would put the end off.
 */
export function guardStream(res: ServerResponse, { demand, onCut }: StreamGuardDeps): void {
  const ask = (): void =>
    void demand().catch((error: unknown) => {
      if (res.destroyed) return;
      onCut(error);
      res.destroy();
    });
  const timer = setInterval(ask, everyMs).unref();
  res.once("close", () => clearInterval(timer));
}
