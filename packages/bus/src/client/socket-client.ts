import type { BusClient } from "./bus-client.ts";
import { createBusClient } from "./create-bus-client.ts";

/**
 * Creates the client of a node of this machine, over the node's own socket (`<data>/bus.sock`). It needs no secret: a process that may open the
 * socket has the operators' permissions.
 */
export function createSocketClient({ node, socketPath }: { readonly node: string; readonly socketPath: string }): BusClient {
  const identity = { outbound: async () => ({}) };
  return createBusClient({ node, url: "http://localhost", identity, socketPath });
}
