import { connect } from "node:net";
import { type Answer, takeAnswers } from "./exchange.ts";
import type { Way } from "./hostile-relay.ts";
import { toBytes } from "./request.ts";

/** A connection that sends a byte now and then, for ever: what it was answered, and after how long its end came. */
export interface SlowEnd {
  readonly answers: readonly Answer[];
  readonly ms: number;
}

const everyMs = 250;

/** Opens connections that never come to an end by themselves (slow-loris): in their head, or in a body of ten thousand bytes. */
export function openSlowClients(
  { target, endpoint }: Way,
  { count, within }: { readonly count: number; readonly within: "head" | "body" },
): Promise<SlowEnd[]> {
  const head = toBytes(endpoint, { method: "POST", target: "/task", headers: [["Content-Type", "application/json"]], length: 10_000 });
  const begin = within === "head" ? head.subarray(0, 30) : head;
  return Promise.all(
    Array.from({ length: count }, async (): Promise<SlowEnd> => {
      const started = performance.now();
      const socket = connect({ ...target, noDelay: true });
      const chunks: Buffer[] = [];
      socket.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", () => undefined);
      socket.write(begin);
      const timer = setInterval(() => socket.writable && socket.write("a"), everyMs);
      await new Promise((resolve) => socket.once("close", resolve));
      clearInterval(timer);
      return { answers: takeAnswers(Buffer.concat(chunks), false).answers, ms: performance.now() - started };
    }),
  );
}
