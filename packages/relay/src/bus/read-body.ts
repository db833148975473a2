import type { IncomingMessage } from "node:http";
import { TasukiError } from "@tasuki/contracts";

/** Reads a whole body of at most `maxBytes`. Rejects with `too_large`. */
export async function readBody(req: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // The iterator must not destroy the request on the way out: its socket still has the answer to carry.
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length; // no encoding is set on a request, so chunks are buffers
    if (size > maxBytes) throw new TasukiError("too_large", `The body has more than ${maxBytes} bytes.`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
