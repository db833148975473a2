import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { introduceNodes } from "@tasuki/node/testing";
import { freePortBase } from "../local-relay.ts";
import type { Target } from "./exchange.ts";
import { type HostileNode, startHostileNode } from "./hostile-node.ts";
import type { Endpoint } from "./request.ts";

/** One way to a node, as one caller. */
export interface Way {
  readonly name: string;
  readonly target: Target;
  readonly endpoint: Endpoint;
}

export interface HostileRelay extends AsyncDisposable {
  /** Holds the nodes' data folders, and nothing that a node could want to write to. */
  readonly folder: string;
  /** Its data folder, by role. */
  data(role: string): string;
  readonly nodes: readonly HostileNode[];
  /** Main over TCP as the operator, sg over TCP as main, main on its own socket. */
  readonly ways: readonly Way[];
  /** Secrets that the nodes printed or logged, of those that there are: must be none. */
  told(): readonly string[];
  /** Ends the nodes, so that their stores may be looked into. */
  stop(): Promise<void>;
}

const canary = "canary-5d1c7e02a9";
const roles = ["main", "sg"] as const;
type Role = (typeof roles)[number];

/** Starts main and sg, as they are, on one machine. `prefix` stands before their programs. */
export async function startHostileRelay(prefix: readonly string[] = []): Promise<HostileRelay> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-hostile-"));
  const data = (role: string): string => join(folder, role);
  await introduceNodes(folder, roles);
  const portBase = await freePortBase();
  const portOf = (role: string): number => portBase + roles.findIndex((one) => one === role);
  const secretOf = async (path: string): Promise<string> => (await readFile(join(folder, path), "utf8")).trim();
  const secrets = {
    operator: await secretOf("operator-secret"),
    main: await secretOf("main/identity/secret"),
    sg: await secretOf("sg/identity/secret"),
  };

  const found = new Set<string>();
  let tail = "";
  // The printed lines are those of the log (the log files are cut off at their size).
  const onOutput = (text: string): void => {
    const seen = tail + text;
    for (const secret of [canary, ...Object.values(secrets)])
      if (seen.includes(secret)) found.add(seen.split("\n").find((line) => line.includes(secret)) ?? secret);
    tail = seen.slice(-200);
  };
  const nodes: HostileNode[] = [];
  for (const role of roles) {
    const roster = Object.fromEntries(
      roles.filter((other) => other !== role).map((other) => [other, { url: `http://127.0.0.1:${portOf(other)}` }]),
    );
    await writeFile(join(data(role), "config.jsonc"), JSON.stringify({ listen: { port: portOf(role) }, roster }));
    const cwd = join(folder, `cwd-${role}`);
    await mkdir(cwd);
    nodes.push(await startHostileNode({ role, data: data(role), cwd, onOutput, prefix }));
  }
  const way = (name: string, role: Role, token: string): Way => ({
    name,
    target: { host: "127.0.0.1", port: portOf(role) },
    endpoint: { role, host: `127.0.0.1:${portOf(role)}`, token, needsToken: true, canary },
  });
  const stop = async (): Promise<void> => {
    for (const node of nodes) await node[Symbol.asyncDispose]();
  };
  return {
    folder,
    data,
    nodes,
    ways: [
      way("main as the operator", "main", secrets.operator),
      way("sg as main", "sg", secrets.main),
      // A caller over the socket is known by that; a token means nothing there.
      {
        name: "main on its own socket",
        target: { path: join(data("main"), "bus.sock") },
        endpoint: { role: "main", host: "localhost", token: secrets.sg, needsToken: false, canary },
      },
    ],
    told: () => [...found],
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
