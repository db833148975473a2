// Nodes that a test starts itself, each a process of its own with an entry file of the test's choice.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { curl, eventually } from "./local-relay.ts";

export interface NodeProcesses extends AsyncDisposable {
  /** Starts a role's node on its data folder, and resolves when it is healthy; rejects with what it said where it ends before. */
  start(role: string, entry: string, env?: Readonly<Record<string, string>>): Promise<void>;
  /** Tells a role's node to end, and resolves when it has. */
  stop(role: string): Promise<void>;
  /** Resolves when a role's node has ended, whoever ended it. */
  ended(role: string): Promise<void>;
  /** `curl` on a node's own socket; resolves with the status and the parsed body. */
  curl(role: string, path: string, ...args: string[]): Promise<{ status: number; body: unknown }>;
  /** `curl` with a body of JSON. */
  post(role: string, path: string, body: object): Promise<{ status: number; body: unknown }>;
}

/** Nodes without a process yet. `data` holds one data folder per role. */
export function createNodeProcesses(data: string): NodeProcesses {
  const running = new Map<string, ChildProcess>();
  const nodes: NodeProcesses = {
    async start(role, entry, env = {}) {
      const child = spawn(process.execPath, [entry], {
        env: { ...process.env, ...env, TASUKI_DATA: join(data, role) },
        // `ipc` tells a node that the test's process has ended: it ends, too.
        stdio: ["ignore", "ignore", "pipe", "ipc"],
      });
      running.set(role, child);
      let said = "";
      child.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text));
      const ended = once(child, "exit").then(() => Promise.reject(new Error(`the node of ${role}, ${entry}, ended:\n${said}`)));
      ended.catch(() => undefined);
      const healthy = eventually(async () => (await nodes.curl(role, "/health")).status === 200 || undefined);
      await Promise.race([ended, healthy]);
    },
    async stop(role) {
      running.get(role)?.kill("SIGTERM");
      await nodes.ended(role);
    },
    async ended(role) {
      const child = running.get(role);
      if (child !== undefined && child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
    curl: (role, path, ...args) => curl(join(data, role, path.startsWith("/operator/") ? "operator.sock" : "bus.sock"), path, args),
    post: (role, path, body) => nodes.curl(role, path, "-H", "content-type: application/json", "-d", JSON.stringify(body)),
    async [Symbol.asyncDispose]() {
      await Promise.all([...running.keys()].map((role) => nodes.stop(role)));
    },
  };
  return nodes;
}
