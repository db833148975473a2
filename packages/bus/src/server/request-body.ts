import type { IncomingMessage, ServerResponse } from "node:http";
import { gatherBytes, TasukiError, toProblem } from "@tasuki/protocol";
import type { Caller } from "../identity/identity.ts";
import { maxBodyBytes } from "../wire/task-request.ts";
import { sendProblem } from "./send-problem.ts";

/** Asks for the body of a client that waits with it (`Expect: 100-continue`). */
export function continueBody(req: IncomingMessage, res: ServerResponse): void {
  if (req.headers.expect?.toLowerCase() === "100-continue") res.writeContinue();
}

/**
 * Time limit for a body to arrive: 30 s, and the time that it takes at 64 KB/s. The cap of 20 minutes, which no allowed file needs, is there for
 * absurd lengths: a timer does not hold more than 2^31 ms.
 */
const arrivalMs = (bytes: number): number => Math.min(30_000 + Math.ceil(bytes / 64), 1_200_000);

/** Cuts off a body that takes too long to arrive (slow-loris): 408 if nothing was answered yet. */
export function limitArrival(req: IncomingMessage, res: ServerResponse): void {
  const { "content-length": length, "transfer-encoding": coding } = req.headers;
  if (coding === undefined && Number(length ?? 0) === 0) return;
  const { socket } = req;
  const limit = arrivalMs(Number(length ?? maxBodyBytes));
  const timer = setTimeout(() => {
    if (req.complete) return;
    // After an answer nobody reads the rest of the body, and Node would drop its bytes for as long as they come.
    if (res.headersSent) return socket.destroySoon();
    const error = new TasukiError("request_timeout", `The body did not arrive within ${Math.round(limit / 1000)} s.`);
    sendProblem(req, res, { problem: toProblem(error) });
  }, limit).unref();
  const stop = (): void => {
    clearTimeout(timer);
    socket.off("close", stop);
  };
  // The socket's `close` counts, and not the request's, which comes with its answer.
  req.once("end", stop);
  socket.once("close", stop);
}

/** Reader of whole bodies, with a share of the memory for each caller. */
export interface BodyReader {
  /**
   * Reads a body of at most `maxBodyBytes`. Rejects with `too_large`; with `malformed_request` for one in crumbs; with `unavailable` while other large
   * bodies of the caller come in.
   */
  read(req: IncomingMessage, caller: Pick<Caller, "principal">): Promise<Buffer>;
}

/** Bytes from which a body counts as large. A hand-off is smaller, however many files it names. */
const largeBytes = 65_536;
/** Large bodies of one caller that may come in at once. With what parsing makes of them, they take some 100 MB. */
const mostLarge = 8;

export function createBodyReader(): BodyReader {
  const large = new Map<string, number>();
  const count = (principal: string, by: 1 | -1): number => {
    const now = (large.get(principal) ?? 0) + by;
    if (now === 0) large.delete(principal);
    else large.set(principal, now);
    return now;
  };
  return {
    async read(req, { principal }) {
      const body = gatherBytes();
      let isLarge = false;
      try {
        // The iterator must not destroy the request when it is left: its socket still has the answer to carry.
        for await (const chunk of req.iterator({ destroyOnReturn: false })) {
          body.add(chunk as Buffer); // no encoding is set on a request, so chunks are buffers
          if (body.size > maxBodyBytes) throw new TasukiError("too_large", `The body has more than ${maxBodyBytes} bytes.`);
          if (body.isCrumbled)
            throw new TasukiError(
              "malformed_request",
              `The body comes in pieces of a few bytes (${body.size} bytes so far): send it in larger ones.`,
            );
          if (isLarge || body.size <= largeBytes) continue;
          isLarge = true;
          if (count(principal, 1) > mostLarge)
            throw new TasukiError("unavailable", `${mostLarge} large bodies of ${principal} come in already: send one after the other.`, {
              retryAfter: 1,
            });
        }
        return body.bytes();
      } finally {
        if (isLarge) count(principal, -1);
      }
    },
  };
}
