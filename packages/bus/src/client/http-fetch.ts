import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { Readable } from "node:stream";

interface HttpFetchOptions {
  /** Path of a unix socket to call instead of the URL's host. */
  readonly socketPath?: string;
  /** Silence after which a connection is given up, while it is being made and while it lasts; also the time within which the answer's head is whole. */
  readonly silenceMs?: number;
  readonly agent?: Agent;
}

/** Connections to one node at once: its feed, its health, the three uploads of a delivery, and what is asked about its runs. */
const mostConnections = 32;

/**
 * Time for which an idle connection is kept: less than the node's own 10 s. One whose other end is gone looks idle, too, and must not be there for the
 * call after the one that found out (10 s). Without it, Node's agent keeps what the node says it has closed.
 */
const idleMs = 9_000;

/** Connections to one node, which are kept for the next call. */
export function createConnections(): Agent {
  // An agent of this program's own asks no proxy: the environment (NODE_USE_ENV_PROXY, HTTP_PROXY) is for Node's global ones.
  return new Agent({ keepAlive: true, maxSockets: mostConnections, timeout: idleMs });
}

/**
 * Creates a `fetch` over node:http, for the clients of tRPC, EventSource and the bus. It follows no redirect, unpacks no content, and asks no
 * proxy. Rejects with the socket's error (`ENOENT`, `ECONNREFUSED`), or the signal's reason; so does the body.
 */
export function createHttpFetch({ socketPath, silenceMs, agent = createConnections() }: HttpFetchOptions = {}): typeof fetch {
  return (input, init = {}) =>
    new Promise((resolve, reject) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const signal = init.signal ?? undefined;
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      let answer: IncomingMessage | undefined;
      const end = (reason: Error): void => {
        // The body has the reason before the connection ends without one.
        answer?.destroy(reason);
        outgoing.destroy(reason);
      };
      // Bytes that trickle in are no silence.
      const head =
        silenceMs === undefined ? undefined : setTimeout(() => end(new Error(`no answer began within ${silenceMs} ms`)), silenceMs);
      const outgoing = request(
        {
          agent,
          ...(socketPath === undefined
            ? { host: url.hostname.replace(/^\[|\]$/g, ""), port: url.port === "" ? 80 : url.port }
            : { socketPath }),
          path: url.pathname + url.search,
          method: init.method ?? "GET",
          headers: { ...Object.fromEntries(new Headers(init.headers)), host: url.host },
          ...(silenceMs !== undefined && { timeout: silenceMs }),
        },
        (incoming) => {
          clearTimeout(head);
          answer = incoming;
          try {
            resolve(toResponse(incoming));
          } catch (error) {
            // A status of 999 is one for node:http, and none for `Response`.
            end(toError(error));
          }
        },
      );
      const abort = (): void => end(toError(signal?.reason));
      signal?.addEventListener("abort", abort, { once: true });
      outgoing.once("close", () => {
        clearTimeout(head);
        signal?.removeEventListener("abort", abort);
        // Without this, an answer in another protocol (101), which ends the connection, would leave the call waiting for ever.
        reject(new Error("the connection ended without an answer"));
      });
      // The agent's time limit is for idle connections; a call without a limit of its own takes no notice.
      if (silenceMs !== undefined) outgoing.on("timeout", () => end(new Error(`nothing came for ${silenceMs} ms`)));
      // More than one may come: a connection may end after its answer has begun.
      outgoing.on("error", reject);
      send(init.body, outgoing, end);
    });
}

function toResponse(incoming: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) for (const value of values ?? []) headers.append(name, value);
  const status = incoming.statusCode ?? 500;
  const hasBody = ![204, 205, 304].includes(status);
  if (!hasBody) incoming.resume();
  // The web streams of Node and of the DOM differ in name only.
  return new Response(hasBody ? (Readable.toWeb(incoming) as ReadableStream<Uint8Array<ArrayBuffer>>) : null, { status, headers });
}

function send(body: unknown, outgoing: ClientRequest, end: (reason: Error) => void): void {
  if (body === undefined || body === null) outgoing.end();
  else if (typeof body === "string" || body instanceof Uint8Array) outgoing.end(body);
  else {
    const bytes = Readable.from(body as AsyncIterable<Uint8Array>); // the only other kind of body that the clients send
    bytes.on("error", end);
    outgoing.once("close", () => bytes.destroy());
    bytes.pipe(outgoing);
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
