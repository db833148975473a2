import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openKeys, type Signer } from "@tasuki/evidence";
import { type BusClient, createBusClient } from "@tasuki/bus";
import { nodeFlags } from "@tasuki/node";
import { freePorts } from "@tasuki/bus/testing";
import { introduceNodes } from "@tasuki/node/testing";
import { type BenchPipelineName, benchPipelines } from "./bench-pipeline.ts";
import { childrenOf, cpuOf, cpuOfAll, memoryOf } from "./process-usage.ts";
import type { Held } from "./watch-loop.ts";

export interface BenchRelay extends AsyncDisposable {
  /** The data folder of a role. */
  folder(role: string): string;
  urlOf(role: string): string;
  /** Headers of the operator, or of a node. */
  as(principal: string): Promise<{ readonly authorization: string }>;
  /** The typed client of a role's bus, as the operator or a node. */
  client(role: string, principal: "operator" | "main"): BusClient;
  signerOf(role: string): Promise<Signer>;
  memoryOf(role: string): ReturnType<typeof memoryOf>;
  cpuOf(role: string): Promise<number>;
  /** Processor time of a role's node and of the processes that it has started, milliseconds. */
  cpuOfAll(role: string): Promise<number>;
  /** Memory of each process that a role's node has started, and that still runs. */
  childrenOf(role: string): Promise<readonly Awaited<ReturnType<typeof memoryOf>>[]>;
  /** How long the event loop of a role's node was held since this was asked last. Only of a relay that `isProbed`. */
  heldOf(role: string): Promise<Held>;
  /** Starts a role's node; resolves when it listens. */
  start(role: string): Promise<void>;
  /** Ends it with SIGKILL. */
  kill(role: string): Promise<void>;
}

interface BenchRelayOptions {
  /** Gives the path of the program that is a role's node. The benchmarks' own node by default. */
  readonly program?: (role: string) => string;
  /** True for nodes that tell how long their event loops are held. */
  readonly isProbed?: boolean;
  /** Pipeline of the benchmarks' own nodes. */
  readonly pipeline?: BenchPipelineName;
}

/** Option for the shipped apps. */
export const shipped: BenchRelayOptions = { program: (role) => join(import.meta.dirname, `../apps/${role}/src/main.ts`) };

/** Starts nodes of the benchmarks' relay, a process each, in a temporary folder. */
export async function startBenchRelay(
  roles: readonly string[],
  { program = () => join(import.meta.dirname, "relay-node.ts"), isProbed = false, pipeline = "files" }: BenchRelayOptions = {},
): Promise<BenchRelay> {
  const data = await mkdtemp(join(tmpdir(), "tasuki-bench-"));
  const all = ["main", ...benchPipelines[pipeline].pipeline.roles.map(({ name }) => name)];
  await introduceNodes(data, all);
  const ports = await freePorts(all);
  const urlOf = (role: string): string => `http://127.0.0.1:${ports.get(role)}`;
  const children = new Map<string, ChildProcess>();
  for (const role of all) await writeConfig(join(data, role), role, { all, urlOf, port: ports.get(role) ?? 0 });
  const as: BenchRelay["as"] = async (principal) => {
    const path = principal === "operator" ? join(data, "operator-secret") : join(data, principal, "identity", "secret");
    return { authorization: `Bearer ${(await readFile(path, "utf8")).trim()}` };
  };
  const relay: BenchRelay = {
    folder: (role) => join(data, role),
    urlOf,
    as,
    client: (role, principal) => createBusClient({ node: role, url: urlOf(role), identity: { outbound: () => as(principal) } }),
    signerOf: async (role) => (await openKeys(join(data, role, "keys"))).receipt,
    memoryOf: (role) => memoryOf(children.get(role)?.pid),
    cpuOf: (role) => cpuOf(children.get(role)?.pid),
    cpuOfAll: (role) => cpuOfAll(children.get(role)?.pid),
    childrenOf: async (role) => Promise.all((await childrenOf(children.get(role)?.pid)).map((pid) => memoryOf(pid))),
    async heldOf(role) {
      const child = children.get(role);
      if (child === undefined) throw new Error(`the node of ${role} does not run`);
      const answered = once(child, "message") as Promise<[{ readonly held: Held }]>; // as loop-probe.ts answers
      child.send("held");
      return (await answered)[0].held;
    },
    async start(role) {
      const child = fork(program(role), {
        execArgv: [...nodeFlags, ...(isProbed ? ["--import", join(import.meta.dirname, "loop-probe.ts")] : [])],
        env: {
          ...process.env,
          BENCH_ROLE: role,
          BENCH_DATA: join(data, role),
          BENCH_PIPELINE: pipeline,
          TASUKI_DATA: join(data, role),
          NODE_COMPILE_CACHE: join(data, "compiled"),
        },
        // The output of an app is left out of the report; its errors are kept for the case that it can't start.
        stdio: ["ignore", "ignore", "pipe", "ipc"],
      });
      children.set(role, child);
      let said = "";
      child.stderr?.on("data", (text: Buffer) => (said = `${said}${text.toString()}`.slice(-2_000)));
      await Promise.race([
        once(child, "message"),
        once(child, "exit").then(() => {
          throw new Error(`the node of ${role} ended before it listened: ${said}`);
        }),
      ]);
    },
    async kill(role) {
      const child = children.get(role);
      if (child === undefined) return;
      children.delete(role);
      child.kill("SIGKILL");
      await once(child, "exit");
    },
    async [Symbol.asyncDispose]() {
      const ended = [...children.values()].map((child) => once(child, "exit"));
      for (const child of children.values()) child.disconnect();
      await Promise.all(ended);
      await rm(data, { recursive: true, force: true });
    },
  };
  for (const role of roles) await relay.start(role);
  return relay;
}

async function writeConfig(
  folder: string,
  role: string,
  { all, urlOf, port }: { all: readonly string[]; urlOf: (role: string) => string; port: number },
): Promise<void> {
  const roster = Object.fromEntries(all.filter((other) => other !== role).map((other) => [other, { url: urlOf(other) }]));
  const config = { listen: { host: "127.0.0.1", port }, roster, limits: { queue: 1_000_000, attemptsAtOnce: 4 } };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "config.jsonc"), JSON.stringify(config));
}
