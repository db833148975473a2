import { request } from "node:http";
import { Readable } from "node:stream";
import type { BusClient } from "./bus-client.ts";
import { createBusClient } from "./create-bus-client.ts";

/**
 * Creates the client of a node of this machine, over the node's own socket (`<data>/bus.sock`). It needs no secret: a process that may open the
 * socket has the operators' permissions.
 */
export function createSocketClient({ node, socketPath }: { readonly node: string; readonly socketPath: string }): BusClient {
  const identity = { outbound: async () => ({}) };
  return createBusClient({ node, url: "http://localhost", identity, fetch: createSocketFetch(socketPath) });
}

/**
 * Creates a `fetch` over a unix socket, which Node's own can't do, for the clients of tRPC, EventSource and the bus.
 * Redirects are not followed. Rejects with the socket's error (`ENOENT`, `ECONNREFUSED`), or the signal's reason.
 */
export function createSocketFetch(socketPath: string): typeof fetch {
  return (input, init = {}) =>
    new Promise((resolve, reject) => {
      const url = new URL(input instanceof Request ? input.url : input);
      const { signal } = init;
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const outgoing = request(
        {
          socketPath,
          path: url.pathname + url.search,
          method: init.method ?? "GET",
          headers: { ...Object.fromEntries(new Headers(init.headers)), host: url.host },
        },
        (incoming) => {
          const headers = new Headers();
          for (const [name, values] of Object.entries(incoming.headersDistinct))
            for (const value of values ?? []) headers.append(name, value);
          const status = incoming.statusCode ?? 500;
          const hasBody = status !== 204 && status !== 304;
          // The web streams of Node and of the DOM differ in name only.
          const body = hasBody ? (Readable.toWeb(incoming) as ReadableStream<Uint8Array>) : null;
          resolve(new Response(body, { status, headers }));
        },
      );
      const abort = (): void => void outgoing.destroy(toError(signal?.reason));
      signal?.addEventListener("abort", abort, { once: true });
      outgoing.once("close", () => signal?.removeEventListener("abort", abort));
      outgoing.once("error", reject);
      send(init.body, outgoing);
    });
}

function send(body: unknown, outgoing: NodeJS.WritableStream): void {
  if (body === undefined || body === null) outgoing.end();
  else if (typeof body === "string" || body instanceof Uint8Array) outgoing.end(body);
  else
    Readable.from(body as AsyncIterable<Uint8Array>) // the only other kind of body that the clients send
      .on("error", (error) => outgoing.emit("error", error))
      .pipe(outgoing);
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
