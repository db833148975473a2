import { connect } from "node:net";
import type { HostileRequest } from "./request.ts";

export type Target = { readonly host: string; readonly port: number } | { readonly path: string };

export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Exchange {
  /** Final answers; a 100 is none. */
  readonly answers: readonly Answer[];
  /** End of the exchange: the other side's, a reset, the client's own going away, or none within the time. */
  readonly ending: "ended" | "reset" | "cut" | "late";
  /** Bytes after the last answer. */
  readonly rest: number;
}

/** Sends a request over a connection of its own and takes what comes until its end. A feed of events counts as answered, and is left. */
export function exchange(target: Target, request: HostileRequest, limitMs = 20_000): Promise<Exchange> {
  return new Promise((resolve) => {
    const socket = connect({ ...target, allowHalfOpen: true, noDelay: true });
    const chunks: Buffer[] = [];
    const finish = (ending: Exchange["ending"]): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ ...takeAnswers(Buffer.concat(chunks), request.isHead === true), ending });
    };
    const timer = setTimeout(() => finish("late"), limitMs);
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      if (chunks.length === 1 && /^HTTP\/1\.1 200 [^]*content-type: text\/event-stream/i.test(chunk.toString("latin1"))) finish("cut");
    });
    socket.once("error", () => finish("reset")).once("end", () => finish("ended"));
    const write = (at: number): void => {
      const part = request.parts[at];
      if (part === undefined) {
        if (request.leaves === "ends") socket.end();
        if (request.leaves === "cuts") finish("cut");
        return;
      }
      socket.write(part, () => setImmediate(write, at + 1));
    };
    socket.once("connect", () => write(0));
  });
}

const headEnd = Buffer.from("\r\n\r\n");

/** Every answer in some bytes (RFC 9112). `rest` counts the bytes behind the last one. */
export function takeAnswers(bytes: Buffer, isHead: boolean): { answers: Answer[]; rest: number } {
  const answers: Answer[] = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(headEnd, at);
    if (end < 0) return { answers, rest: bytes.length - at };
    const [first = "", ...lines] = bytes.toString("latin1", at, end).split("\r\n");
    const status = Number(/^HTTP\/1\.1 ([1-5][0-9]{2}) /.exec(first)?.[1]);
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
    );
    const start = end + headEnd.length;
    const whole = isHead || status < 200 ? { body: Buffer.alloc(0), next: start } : takeBody(bytes, start, headers);
    if (Number.isNaN(status) || whole === undefined) return { answers, rest: bytes.length - at };
    at = whole.next;
    if (status >= 200) answers.push({ status, headers, body: whole.body });
  }
}

function takeBody(bytes: Buffer, start: number, headers: Answer["headers"]): { body: Buffer; next: number } | undefined {
  if (headers["content-type"]?.startsWith("text/event-stream") === true) return { body: Buffer.alloc(0), next: bytes.length };
  if (headers["transfer-encoding"] !== "chunked") {
    const next = start + Number(headers["content-length"] ?? 0);
    return next > bytes.length ? undefined : { body: bytes.subarray(start, next), next };
  }
  const parts: Buffer[] = [];
  for (let at = start; ;) {
    const line = bytes.indexOf("\r\n", at);
    const size = Number.parseInt(bytes.toString("latin1", at, Math.max(at, line)), 16);
    const next = line + 2 + size + 2;
    if (line < 0 || Number.isNaN(size) || next > bytes.length) return undefined;
    if (size === 0) return { body: Buffer.concat(parts), next };
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = next;
  }
}
