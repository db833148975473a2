import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mainPort } from "@tasuki/protocol";
import { relay } from "@tasuki/contracts/relay";
import { pinKeys } from "@tasuki/evidence";
import { nodeFlags } from "@tasuki/node";
import type { Network } from "./open-network.ts";
import type { TestTailnet } from "./open-tailnet.ts";
import { type Started, startProcess } from "./start-process.ts";

export const repository = join(import.meta.dirname, "..", "..");
/** Roles of the relay, main first, in their order. */
export const roles: readonly { readonly name: string; readonly port: number }[] = [
  { name: "main", port: mainPort },
  ...relay.roles.map(({ name, port }) => ({ name, port })),
];

export interface TestNodes extends AsyncDisposable {
  /** Folder of the data folders `<role>/`, as a local relay has it. */
  readonly data: string;
  urlOf(role: string): string;
  /** Makes a data folder and starts an app on a machine. Resolves when the app listens; rejects with its output when it ends before. */
  start(role: string, at?: { readonly machine: string; readonly data: string }): Promise<void>;
  /** Ends all nodes, and starts them again with their data folders, those of the `sharing` roles on one machine. */
  share(machine: string, sharing: readonly string[]): Promise<void>;
  /** Last output of each node that ended without having been told to. */
  fallen(): readonly string[];
  /** Output of a role's process so far. */
  output(role: string): string;
}

/** Starts the four apps, each on its role's machine, known to each other by the tailnet. */
export async function startNodes({
  network,
  tailnet,
  data,
}: {
  readonly network: Network;
  readonly tailnet: TestTailnet;
  readonly data: string;
}): Promise<TestNodes> {
  await using opened = new AsyncDisposableStack();
  const running = new Map<string, Started>();
  const fallen: string[] = [];
  const endAll = async (): Promise<void> => {
    const all = [...running.values()];
    running.clear();
    await Promise.all(all.map((one) => one[Symbol.asyncDispose]()));
  };
  opened.defer(endAll);
  const places = new Map<string, string>();
  const machineOf = (role: string): string => places.get(role) ?? role;
  const urlOf = (role: string): string => `http://${tailnet.addressOf(machineOf(role))}:${roles.find(({ name }) => name === role)?.port}`;
  const prepare = async (role: string, folder: string, machine: string): Promise<void> => {
    const others = roles.filter(({ name }) => name !== role).map(({ name }) => [name, { url: urlOf(name) }]);
    const port = roles.find(({ name }) => name === role)?.port;
    const identity = { provider: "tailscale", socket: tailnet.socketOf(machine) };
    const operator = role === "main" ? { listen: ["tailnet"] } : undefined;
    await mkdir(join(folder, "trust"), { recursive: true });
    await writeFile(
      join(folder, "config.jsonc"),
      JSON.stringify({ listen: { port }, roster: Object.fromEntries(others), identity, operator }, undefined, 2),
    );
  };
  const names = roles.map(({ name }) => name);
  const nodes: TestNodes = {
    data,
    urlOf,
    async start(role, { machine, data: folder } = { machine: machineOf(role), data: join(data, role) }) {
      await prepare(role, folder, machine);
      const argv = network.inside(machine, [process.execPath, ...nodeFlags, join(repository, "apps", role, "src", "main.ts")]);
      const started = startProcess(argv, { TASUKI_DATA: folder });
      running.set(`${role} on ${machine}`, started);
      const listening = new Promise<void>((resolve) => started.onMessage((message) => message === "started" && resolve()));
      const died = started.ended.then((code) => Promise.reject(new Error(`${role} ended with ${code}:\n${started.output()}`)));
      died.catch(() => undefined);
      await Promise.race([listening, died]);
      const watch = async (): Promise<void> => {
        const code = await started.ended;
        if ([...running.values()].includes(started)) fallen.push(`${role} ended with ${code}: ${started.output().slice(-4_000)}`);
      };
      void watch();
    },
    async share(machine, sharing) {
      await endAll();
      for (const role of sharing) places.set(role, machine);
      await Promise.all(names.map((name) => nodes.start(name)));
    },
    fallen: () => [...fallen],
    output: (role) => running.get(`${role} on ${machineOf(role)}`)?.output() ?? "",
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
  for (const node of names)
    for (const name of names) await pinKeys({ keys: join(data, node, "keys"), trust: join(data, name, "trust"), node });
  await Promise.all(names.map((name) => nodes.start(name)));
  const stack = opened.move();
  return { ...nodes, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
