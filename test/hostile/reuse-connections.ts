import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { buffer } from "node:stream/consumers";
import type { Way } from "./hostile-relay.ts";

/** Good requests and such as are refused before their body is read: after some of them a connection ends. */
const asked: readonly { method: string; path: string; type?: string; body?: string }[] = [
  { method: "GET", path: "/health" },
  { method: "POST", path: "/task", type: "text/plain", body: "x".repeat(100_000) },
  { method: "GET", path: "/status" },
  { method: "POST", path: "/upload?contract=nothing", body: "x".repeat(200_000) },
  { method: "GET", path: "/nothing" },
  { method: "POST", path: "/task", type: "application/json", body: "{" },
  { method: "POST", path: "/trpc/task", type: "application/json", body: "x".repeat(50_000) },
];

/** Asks as ordinary programs do, over connections that are used again: what went wrong, one line each. */
export async function reuseConnections(
  { target, endpoint }: Way,
  { requests, connections }: { readonly requests: number; readonly connections: number },
) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const where = "path" in target ? { socketPath: target.path } : target;
  const failures: string[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < requests; at = next++) {
      const { method, path, type, body = "" } = asked[at % asked.length] ?? { method: "GET", path: "/" };
      const headers = {
        host: endpoint.host,
        authorization: `Bearer ${endpoint.token}`,
        ...(type !== undefined && { "content-type": type }),
        ...(method === "POST" && { "content-length": body.length }),
      };
      try {
        const call = request({ ...where, agent, method, path, headers }).end(body);
        const [answer] = (await once(call, "response")) as [IncomingMessage]; // node:http, 'response'
        await buffer(answer);
      } catch (error) {
        failures.push(`${method} ${path}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  agent.destroy();
  return failures;
}
