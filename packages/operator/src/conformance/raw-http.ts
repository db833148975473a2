import { connect, type Socket } from "node:net";

/** The target of requests: the address that a bus listens on, or its unix socket. */
export type Target = { readonly host: string; readonly port: number } | { readonly socketPath: string };

/** An HTTP/1.1 answer as it came. */
export interface RawAnswer {
  readonly status: number;
  /** The headers by their names in lower case; the values of a repeated header are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Bytes that are read over one connection: more than a bus answers to anything that is asked of it here. */
const mostBytes = 8 * 1024 * 1024;
const headEnd = Buffer.from("\r\n\r\n");

/**
 * Takes the first answer off some bytes (RFC 9112); undefined while it is not whole. `ended` says that no more bytes will come, which ends
 * a body without a length. Throws for bytes that are no HTTP answer.
 */
export function takeAnswer(
  bytes: Buffer,
  { isHead = false, ended = false }: { readonly isHead?: boolean; readonly ended?: boolean } = {},
): { readonly answer: RawAnswer; readonly length: number } | undefined {
  const at = bytes.indexOf(headEnd);
  if (at < 0) return undefined;
  const [first = "", ...lines] = bytes.toString("latin1", 0, at).split("\r\n");
  const status = Number(/^HTTP\/1\.[01] ([1-5][0-9]{2})(?: |$)/.exec(first)?.[1]);
  if (Number.isNaN(status)) throw new Error(`no HTTP answer: ${JSON.stringify(first.slice(0, 80))}`);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  const start = at + headEnd.length;
  const whole = (body: Buffer, length: number) => ({ answer: { status, headers, body }, length });
  if (isHead || status < 200 || status === 204 || status === 304) return whole(Buffer.alloc(0), start);
  if (headers["transfer-encoding"]?.toLowerCase() === "chunked") {
    const chunked = takeChunks(bytes, start);
    return chunked && whole(chunked.body, chunked.end);
  }
  const length = headers["content-length"];
  if (length === undefined) return ended ? whole(bytes.subarray(start), bytes.length) : undefined;
  const end = start + Number(length);
  return bytes.length < end ? undefined : whole(bytes.subarray(start, end), end);
}

function takeChunks(bytes: Buffer, start: number): { readonly body: Buffer; readonly end: number } | undefined {
  const parts: Buffer[] = [];
  for (let at = start; ;) {
    const line = bytes.indexOf("\r\n", at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString("latin1", at, line), 16);
    if (Number.isNaN(size)) throw new Error("no chunk size");
    const next = line + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return { body: Buffer.concat(parts), end: next };
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = next;
  }
}

export interface ExchangeOptions {
  readonly isHead?: boolean;
  /** The time that an answer may take. */
  readonly milliseconds?: number;
  /** The time in milliseconds to wait for more after the final answer, where there should be no more. */
  readonly linger?: number;
}

/**
 * Sends bytes over a connection of its own, and takes the answers: until a final one has come and `linger` has passed, the other side ends
 * the connection, 8 MiB have come, or the time is over. Rejects with the socket's error for a connection that can't be made.
 */
export function exchange(target: Target, bytes: Buffer | string, options: ExchangeOptions = {}): Promise<readonly RawAnswer[]> {
  const { isHead = false, milliseconds = 10_000, linger = 0 } = options;
  return new Promise((resolve, reject) => {
    const socket: Socket = "socketPath" in target ? connect(target.socketPath) : connect(target);
    let held: Buffer = Buffer.alloc(0);
    const answers: RawAnswer[] = [];
    let connected = false;
    let read = 0;
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answers);
    };
    let timer = setTimeout(end, milliseconds);
    const take = (ended: boolean): void => {
      const before = answers.length;
      for (let taken = takeAnswer(held, { isHead, ended }); taken !== undefined; taken = takeAnswer(held, { isHead, ended })) {
        answers.push(taken.answer);
        held = held.subarray(taken.length);
      }
      const isFinal = ({ status }: RawAnswer): boolean => status >= 200;
      if (ended || answers.slice(0, before).some(isFinal) || !answers.some(isFinal)) return;
      clearTimeout(timer);
      if (linger === 0) end();
      else timer = setTimeout(end, linger);
    };
    socket.on("connect", () => {
      connected = true;
      socket.write(bytes);
    });
    socket.on("data", (chunk: Buffer) => {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      read += chunk.length;
      take(false);
      if (read > mostBytes) end();
    });
    // A reset after the answer is the other side's way to say that it reads no more.
    socket.on("error", (error) => {
      if (connected) return;
      clearTimeout(timer);
      reject(error);
    });
    socket.on("close", () => {
      take(true);
      end();
    });
  });
}
