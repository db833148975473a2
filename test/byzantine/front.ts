// Front of one node: what others ask it and what it asks others passes here, request by request, and may be answered or changed on the way.
import { once } from "node:events";
import { Agent, createServer, type IncomingHttpHeaders, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { z } from "zod";
import type { RoleName } from "../chaos/chaos-relay.ts";

/** Call of the bus, as the last part of its path names it. */
const calls = ["health", "status", "task", "upload", "watch"] as const;
type Call = (typeof calls)[number];

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request on its way. */
export interface Exchange {
  /** Role that is called. */
  readonly to: RoleName;
  readonly call: Call | undefined;
  readonly url: URL;
  readonly body: Buffer;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Sends the request on, with another body where one is given, and resolves with the whole answer. */
  forward(body?: Buffer): Promise<Answer>;
  /** Sends the request on, and its answer back as it comes. */
  pass(): Promise<void>;
}

export interface Front extends AsyncDisposable {
  /** Port at which one role calls another, where either is the node behind this front. */
  via(from: string, to: string): number | undefined;
  /** Begins to answer: by `handle`, with requests sent on to the ports that roles really have. */
  stand(portOf: (role: RoleName) => number, handle: (exchange: Exchange) => Promise<void>): void;
}

/** Task without the files that travel with it. */
function withoutFiles(body: Buffer): Buffer {
  try {
    const { files: _, ...rest } = z.looseObject({ files: z.unknown().optional() }).parse(JSON.parse(body.toString("utf8")));
    return Buffer.from(JSON.stringify(rest));
  } catch {
    return body;
  }
}

/**
 * Opens the front of the node of `role`: a port for those who call it, and one for each role that it calls. Until it stands, requests are cut off. The
 * node looks like one of an earlier release, which sees no file that travels with a task: others upload them, and are lied to about that as well.
 */
export async function openFront(role: RoleName, others: readonly RoleName[]): Promise<Front> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  let standing: Parameters<Front["stand"]> | undefined;
  const open = async (to: RoleName): Promise<Server> => {
    const server = createServer((req, res) => {
      const answer = async (): Promise<void> => {
        if (standing === undefined) return void req.socket.destroy();
        const [portOf, handle] = standing;
        const came = await buffer(req);
        const body = to === role && callOf(req) === "task" ? withoutFiles(came) : came;
        const target = { port: portOf(to), agent };
        await handle({
          to,
          body,
          req,
          res,
          call: callOf(req),
          url: new URL(req.url ?? "/", "http://node.invalid"),
          forward: (other = body) => sendOn(req, { ...target, body: other }).then(wholeAnswer),
          async pass() {
            const incoming = await sendOn(req, { ...target, body });
            res.on("close", () => incoming.destroy());
            res.writeHead(incoming.statusCode ?? 502, incoming.headers);
            incoming.on("error", () => res.destroy()).pipe(res);
          },
        });
      };
      // Whoever called may be gone, and so may the node behind.
      answer().catch(() => req.socket.destroy());
    });
    server.on("connection", (socket) => socket.on("error", () => undefined));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return server;
  };
  const inward = await open(role);
  const outward = new Map<string, Server>();
  for (const other of others) outward.set(other, await open(other));
  const portOf = (server: Server | undefined): number | undefined => (server?.address() as AddressInfo | undefined)?.port; // it listens on TCP
  return {
    via: (from, to) => (to === role ? portOf(inward) : from === role ? portOf(outward.get(to)) : undefined),
    stand: (...how) => void (standing = how),
    async [Symbol.asyncDispose]() {
      for (const server of [inward, ...outward.values()]) {
        server.close();
        server.closeAllConnections();
      }
      agent.destroy();
    },
  };
}

function callOf({ url = "" }: IncomingMessage): Call | undefined {
  const path = url.split("?")[0] ?? "";
  return calls.find((call) => path.endsWith(`/${call}`));
}

async function sendOn(
  { method, url, headers }: IncomingMessage,
  { port, agent, body }: { port: number; agent: Agent; body: Buffer },
): Promise<IncomingMessage> {
  const { "transfer-encoding": _, "content-length": __, connection: ___, ...kept } = headers;
  const sized = body.length === 0 && method === "GET" ? {} : { "content-length": body.length };
  const outgoing = request({
    host: "127.0.0.1",
    port,
    method,
    path: url,
    agent,
    headers: { ...kept, ...sized, host: `127.0.0.1:${port}` },
  });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage]; // node:http, 'response'
  return incoming;
}

async function wholeAnswer(incoming: IncomingMessage): Promise<Answer> {
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: await buffer(incoming) };
}
