import { constants } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeLoopbackIdentities } from "@tasuki/bus";
import { pinKeys } from "@tasuki/evidence";
import { closeToOthers, withAddresses } from "@tasuki/node";
import { decodeMarked, hasErrorCode, operatorPort, systemCause, TasukiError } from "@tasuki/protocol";
import { busSocketOf, isHealthy, type LocalNode, type LocalPlace, toLocalNodes } from "./local-nodes.ts";

/** Makes a data folder where it isn't there: its group may go through it to the sockets, and no more. Rejects with `invalid_state` where something else has its name. */
export async function makeDataFolder(data: string): Promise<void> {
  try {
    await mkdir(data, { recursive: true, mode: 0o710 });
  } catch (error) {
    if (!hasErrorCode(error, "EEXIST", "ENOTDIR"))
      throw new TasukiError("invalid_state", `The data folder ${data} can't be made: ${systemCause(error)}.`, { cause: error });
    throw new TasukiError("invalid_state", `${data} can't be a data folder: a file is in its place. Give another with --data FOLDER.`);
  }
}

/**
 * Prepares a relay on one machine: for each role a data folder with its configuration, its keys, every node's public keys and its secret;
 * beside them `operator-secret`. Files that are there are kept, except for the ports, which follow `portBase`.
 * Rejects with `invalid_state` where a node is running on one of the folders, or a file is in the place of one.
 */
export async function prepareLocalRelay(place: LocalPlace): Promise<void> {
  const nodes = toLocalNodes(place);
  for (const node of nodes)
    if (await isHealthy(busSocketOf(node)))
      throw new TasukiError("invalid_state", `The node ${node.role} is running on ${node.data}: end it, or use another data folder.`);
  for (const node of nodes) {
    await makeDataFolder(node.data);
    await closeToOthers(node.data);
    await writeConfig(node, nodes);
  }
  for (const node of nodes)
    for (const { data: folder } of nodes) await pinKeys({ keys: join(node.data, "keys"), trust: join(folder, "trust"), node: node.role });
  const identities = nodes.map((node) => [node.role, join(node.data, "identity")] as const);
  await writeLoopbackIdentities({ folders: { ...Object.fromEntries(identities), operator: place.data } });
}

async function writeConfig(node: LocalNode, nodes: readonly LocalNode[]): Promise<void> {
  const path = join(node.data, "config.jsonc");
  const bytes = await readFile(path).catch((error: unknown) => {
    if (hasErrorCode(error, "ENOENT")) return undefined;
    throw new TasukiError("invalid_state", `${path} can't be read: ${systemCause(error)}.`, { cause: error });
  });
  const before = bytes && textOf(bytes);
  const others = nodes.filter(({ role }) => role !== node.role);
  const roster = Object.fromEntries(others.map(({ role, url }) => [role, url]));
  const after = before === undefined ? toFirstConfig(node, others) : withAddresses(before, { port: node.port, roster });
  // A configuration names programs and addresses: it is for its owner alone, and not written through a link.
  const flag = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  if (after !== before) await writeFile(path, after, { mode: 0o600, flag });
}

/** Text of a configuration; empty for bytes that are none, of which the node says what is wrong when it starts. */
function textOf(bytes: Buffer): string {
  try {
    return decodeMarked(bytes);
  } catch {
    return "";
  }
}

/** A node's first `config.jsonc`, with comments for the person who changes it. */
function toFirstConfig(node: LocalNode, others: readonly LocalNode[]): string {
  const roster = others.map(({ role, url }) => `    ${JSON.stringify(role)}: { "url": ${JSON.stringify(url)} }`).join(",\n");
  return `// Configuration of this node by its operator: JSON with comments, read when it starts. Nothing of it ever comes from the wire.
{
  // The name of this node's keys and, on the other nodes, of its entry among those that they know.
  "node": ${JSON.stringify(node.role)},

  // The address of its bus. In a local relay this port, and those below, are set at each start (--port-base).
  "listen": { "host": "127.0.0.1", "port": ${node.port} },

  // The other nodes by name, and the addresses of their buses. A node whose name is not its role's has the role in its entry:
  // "nano-2": { "role": "nano", "url": … }
  "roster": {
${roster}
  },

  // The proof of who calls. "loopback" is for development on one machine: each node's secret is in its identity/ folder.
  "identity": { "provider": "loopback" },
${node.role === "main" ? operatorText : executorText}
  // Tasks of one sender that may wait, attempts at once, attempts at a task, and how long a claim holds without a sign of life (milliseconds),
  // and the room on the disk below which nothing new is taken (bytes).
  "limits": { "queue": 10000, "attemptsAtOnce": 1, "attempts": 5, "leaseMs": 15000, "minFreeBytes": 268435456 }
}
`;
}

const operatorText = `
  // Doors of the operator API beside operator.sock, none by default: "loopback" is 127.0.0.1, by a session from 'tasuki link'; "tailnet" is the machine's
  // address there, by the caller's identity.
  // "operator": { "listen": ["loopback"], "port": ${operatorPort} },
`;

const executorText = `
  // The executor of this role's work. "embedded" is the work that the role's own app brings. For a program of your own, the kind is
  // "command", with a "name", and "argv" that begins with an absolute path; it reads in/ and writes out/ of its work folder.
  "executor": { "kind": "embedded" },
`;
