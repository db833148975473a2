import { TasukiError } from "@tasuki/contracts";
import type { BusClient } from "../client/bus-client.ts";
import { createBusClient } from "../client/create-bus-client.ts";
import type { Identity } from "../identity/identity.ts";
import { clientWithFailpoints, type Reach } from "./failpoint.ts";
import type { NodeConfig } from "./node-config.ts";

interface ClientsDeps {
  readonly roster: NodeConfig["roster"];
  readonly identity: Identity;
  readonly random: () => number;
  readonly reach: Reach | undefined;
}

/** The client of each role, at the address that this node's roster gives. Throws `unknown_role` where it gives none. */
export function createClients({ roster, identity, random, reach }: ClientsDeps) {
  const clients = new Map<string, BusClient>();
  return (role: string): BusClient => {
    const known = clients.get(role);
    if (known !== undefined) return known;
    const url = roster[role]?.url;
    if (url === undefined) throw new TasukiError("unknown_role", `'${role}' is not in the roster of this node: add it to config.jsonc.`);
    const plain = createBusClient({ role, url: url.replace(/\/$/, ""), identity, random });
    const client = reach === undefined ? plain : clientWithFailpoints(plain, reach);
    clients.set(role, client);
    return client;
  };
}
