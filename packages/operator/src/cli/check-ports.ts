import { once } from "node:events";
import { createServer } from "node:net";
import { TasukiError } from "@tasuki/contracts";
import type { LocalNode } from "../local/local-relay.ts";

/** Rejects with `invalid_state` where another program has a port of the relay: said at once, instead of by a node that dies. */
export async function checkPorts(nodes: readonly LocalNode[]): Promise<void> {
  for (const { role, port } of nodes) {
    const server = createServer().listen(port, "127.0.0.1");
    try {
      await once(server, "listening");
    } catch (cause) {
      throw new TasukiError(
        "invalid_state",
        `Port ${port}, for ${role}, is taken on 127.0.0.1: does a relay run already? Other ports: --port-base ${port + 10_000 > 65_000 ? 28_100 : port + 10_000}`,
        { cause },
      );
    } finally {
      server.close();
    }
  }
}
