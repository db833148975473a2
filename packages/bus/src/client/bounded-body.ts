import type { AnswerLimit } from "./answer-limits.ts";
import { createJsonGauge } from "./json-gauge.ts";

/** Reads a body of JSON to its end. Throws what `refuse` makes of the limit that it breaks, and reads no further then. */
export async function readBoundedBody(response: Response, limit: AnswerLimit, refuse: (why: string) => Error): Promise<Buffer> {
  const gauge = createJsonGauge(limit);
  const chunks: Uint8Array[] = [];
  const declared = Number(response.headers.get("content-length") ?? 0);
  if (declared > limit.bytes) {
    await response.body?.cancel();
    throw refuse(`it has ${declared} bytes, and at most ${limit.bytes} are read`);
  }
  // Leaving the loop cancels the body, which ends the connection.
  for await (const chunk of response.body ?? []) {
    const broken = gauge.add(chunk);
    if (broken !== undefined) throw refuse(broken);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
