import { join, resolve } from "node:path";
import { mainPort } from "@tasuki/contracts";
import { relay } from "@tasuki/contracts/relay";
import type { LocalNode } from "./local-relay.ts";

/** The nodes of a local relay: main, then the pipeline's roles, as far from `portBase` as their ports are from main's. */
export function toLocalNodes({ data, portBase }: { readonly data: string; readonly portBase: number }): readonly LocalNode[] {
  return [{ name: "main", port: mainPort }, ...relay.roles].map(({ name, port: rolePort }) => {
    const port = portBase + (rolePort - mainPort);
    return { role: name, data: resolve(data, name), port, url: `http://127.0.0.1:${port}` };
  });
}

/** The node's own socket: the bus, for this machine only. */
export function busSocketOf(node: LocalNode): string {
  return join(node.data, "bus.sock");
}
