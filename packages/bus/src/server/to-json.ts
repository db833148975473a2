import type { ServerResponse } from "node:http";
import { StringDecoder } from "node:string_decoder";
import { escapeUnseen } from "@tasuki/protocol";

/** JSON of an answer, with what a screen obeys or does not show escaped: people read answers with curl, and some of their words are of others. */
export function toJson(answer: unknown): string {
  return escapeUnseen(JSON.stringify(answer));
}

/** Escapes an answer of tRPC as `toJson` does, events of a feed included: tRPC writes JSON itself, and what it puts around events has no such character. */
export function escapeAnswer(_req: unknown, res: ServerResponse, next: () => void): void {
  const decoder = new StringDecoder("utf8");
  const write = res.write.bind(res);
  // tRPC writes bytes, waits for `drain` where the answer is false, and ends without more of them.
  res.write = (chunk: Uint8Array | string): boolean =>
    write(escapeUnseen(typeof chunk === "string" ? chunk : decoder.write(Buffer.from(chunk))));
  next();
}
