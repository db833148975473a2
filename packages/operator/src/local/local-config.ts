import type { LocalNode } from "./local-relay.ts";

/** A node's first `config.jsonc`, with comments for whoever changes it. */
export function toLocalConfig(node: LocalNode, nodes: readonly LocalNode[]): string {
  const others = nodes.filter(({ role }) => role !== node.role);
  const roster = others.map(({ role, url }) => `    ${JSON.stringify(role)}: { "url": ${JSON.stringify(url)} }`).join(",\n");
  return `// What this node is told by its operator: JSON with comments, read when the node starts. Nothing of it ever comes from the wire.
{
  // Names this node's keys and, on the other nodes, its entry among those they know.
  "node": ${JSON.stringify(node.role)},

  // Where its bus listens. In a local relay these ports, and those below, are set at each start (--port-base).
  "listen": { "host": "127.0.0.1", "port": ${node.port} },

  // Where the other roles are.
  "roster": {
${roster}
  },

  // How callers are known. "loopback" is for development on one machine: each node's secret is in its identity/ folder.
  "identity": { "provider": "loopback" },
${node.role === "main" ? "" : executorText}
  // Tasks that may wait, attempts at once, attempts at a task, and how long a claim holds without a sign of life (milliseconds),
  // and the room on the disk below which nothing new is taken (bytes).
  "limits": { "queue": 10000, "attemptsAtOnce": 1, "attempts": 5, "leaseMs": 15000, "minFreeBytes": 268435456 }
}
`;
}

const executorText = `
  // Who does this role's work. "embedded" is the evidence finder: no key, no network. For a program of your own, the kind is
  // "command", with a "name", and "argv" that begins with an absolute path; it reads in/ and writes out/ of its work folder.
  "executor": { "kind": "embedded" },
`;
