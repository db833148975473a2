import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pinKeys } from "@tasuki/evidence";
import { TasukiError } from "@tasuki/contracts";
import { withAddresses, writeLoopbackIdentities } from "@tasuki/relay";
import { isHealthy } from "./is-healthy.ts";
import { toLocalConfig } from "./local-config.ts";
import { busSocketOf, toLocalNodes } from "./local-nodes.ts";
import type { LocalNode } from "./local-relay.ts";

/**
 * Makes what a relay on one machine needs: per role a data folder with its configuration, its keys, every node's public keys and its
 * secret; beside them `operator-secret`. What is there is kept, except the ports, which follow `portBase`. Throws `invalid_state` where a node is running on one of the folders.
 */
export async function prepareLocalRelay({ data, portBase }: { readonly data: string; readonly portBase: number }): Promise<void> {
  const nodes = toLocalNodes({ data, portBase });
  for (const node of nodes)
    if (await isHealthy(busSocketOf(node)))
      throw new TasukiError("invalid_state", `The node ${node.role} is running on ${node.data}: end it, or use another data folder.`);
  for (const node of nodes) {
    await mkdir(node.data, { recursive: true, mode: 0o750 });
    await writeConfig(node, nodes);
  }
  for (const node of nodes)
    for (const { data: folder } of nodes) await pinKeys({ keys: join(node.data, "keys"), trust: join(folder, "trust"), node: node.role });
  const identities = nodes.map((node) => [node.role, join(node.data, "identity")] as const);
  await writeLoopbackIdentities({ folders: { ...Object.fromEntries(identities), operator: data } });
}

async function writeConfig(node: LocalNode, nodes: readonly LocalNode[]): Promise<void> {
  const path = join(node.data, "config.jsonc");
  const before = await readFile(path, "utf8").catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  });
  const roster = Object.fromEntries(nodes.filter(({ role }) => role !== node.role).map(({ role, url }) => [role, url]));
  const after = before === undefined ? toLocalConfig(node, nodes) : withAddresses(before, { port: node.port, roster });
  if (after !== before) await writeFile(path, after);
}
