// A node that answers what it likes, over a real socket, and says how much of it was taken.
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline, Readable } from "node:stream";
import { createBusClient } from "../client/create-bus-client.ts";
import type { BusClient } from "../client/bus-client.ts";

interface LyingNode extends AsyncDisposable {
  readonly url: string;
  readonly client: BusClient;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  /** Bytes that `pour` has given away. What lies in the buffers of the kernel is among them: some megabytes. */
  readonly poured: () => number;
  /** Connections that are open. */
  readonly connections: () => Promise<number>;
}

/** Starts a node that answers every request by `answer`. `pour` writes a chunk again and again, as fast as it is taken, until there is no reader. */
export async function startLyingNode(
  answer: (req: IncomingMessage, res: ServerResponse, pour: (chunk: Buffer, times?: number) => void) => unknown,
): Promise<LyingNode> {
  const asked: string[] = [];
  let poured = 0;
  const listener: RequestListener = (req, res) => {
    asked.push(new URL(req.url ?? "/", "http://node.invalid").pathname);
    const pour = (chunk: Buffer, times = Infinity): void => {
      const chunks = function* () {
        for (let n = 0; n < times; n += 1) {
          poured += chunk.length;
          yield chunk;
        }
      };
      pipeline(Readable.from(chunks()), res, () => undefined);
    };
    answer(req, res, pour);
  };
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    client: createBusClient({ node: "nano", url, identity: { outbound: async () => ({}) }, random: () => 0 }),
    asked,
    poured: () => poured,
    connections: () => new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count)))),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Answers as tRPC does. */
export function sendResult(res: ServerResponse, data: unknown): void {
  res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ result: { data } }));
}

/** Refuses as tRPC does. */
export function sendRefusal(res: ServerResponse, problem: Readonly<Record<string, unknown>> & { readonly status: number }): void {
  const { status } = problem;
  const data = { code: "CONFLICT", httpStatus: status, path: "task", problem: { type: "x", title: "x", ...problem } };
  res.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify({ error: { message: "no", code: -32009, data } }));
}

/** Begins a feed. */
export function beginFeed(res: ServerResponse): void {
  res.writeHead(200, { "content-type": "text/event-stream" });
  res.write('event: connected\ndata: {"reconnectAfterInactivityMs":15000}\n\n');
}

const id = "01936b1c-0000-7000-8000-000000000001";

export const goodHealth = {
  node: "nano",
  role: "nano",
  instance: id,
  version: "1.0.0",
  contracts: { reads: { brief: [1] }, writes: {} },
  clock: "2026-11-24T18:00:00.000Z",
  store: { state: "ok", feed: 3 },
  identity: { provider: "loopback", state: "ok" },
};

export const goodStatus = {
  node: "nano",
  role: "nano",
  instance: id,
  size: 0,
  queue: { waiting: 0, running: 0, limit: 1 },
  shortcuts: [],
  tasks: [],
};

/** A blocked task, as its status tells it. */
export const blockedTask = (block: object) => ({
  id,
  kind: "work",
  run: id,
  stage: "nano",
  epoch: 1,
  attempt: 1,
  state: "blocked",
  from: "main",
  block,
});
