import type { IncomingMessage, ServerResponse } from "node:http";
import { TasukiError, toProblem } from "@tasuki/protocol";
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

/** Reads a whole body of at most `maxBytes`. Rejects with `too_large`. */
export async function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // The iterator must not destroy the request when it is left: its socket still has the answer to carry.
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length; // no encoding is set on a request, so chunks are buffers
    if (size > maxBytes) throw new TasukiError("too_large", `The body has more than ${maxBytes} bytes.`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
