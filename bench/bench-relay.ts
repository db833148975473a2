import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openKeys, type Signer } from "@tasuki/evidence";
import { type BusClient, createBusClient } from "@tasuki/relay";
import { introduceNodes } from "@tasuki/relay/testing";
import { benchPipeline } from "./bench-pipeline.ts";

export interface BenchRelay extends AsyncDisposable {
  urlOf(role: string): string;
  /** Headers of the operator, or of a node. */
  as(principal: "operator" | "main"): Promise<{ readonly authorization: string }>;
  /** The typed client of a role's bus, as the operator or a node. */
  client(role: string, principal: "operator" | "main"): BusClient;
  signerOf(role: string): Promise<Signer>;
  /** Resident memory of a role's process now and at its highest, MiB. Source: proc(5). */
  memoryOf(role: string): Promise<{ readonly now: number; readonly peak: number }>;
  /** Processor time that a role's process has used so far, all its threads, milliseconds. Source: proc(5). */
  cpuOf(role: string): Promise<number>;
}

/** Starts nodes of the benchmarks' relay, a process each, in a temporary folder. */
export async function startBenchRelay(roles: readonly string[]): Promise<BenchRelay> {
  const data = await mkdtemp(join(tmpdir(), "tasuki-bench-"));
  const all = ["main", ...benchPipeline.roles.map(({ name }) => name)];
  await introduceNodes(data, all);
  const ports = new Map(await Promise.all(all.map(async (role) => [role, await freePort()] as const)));
  const urlOf = (role: string): string => `http://127.0.0.1:${ports.get(role)}`;
  const children = new Map<string, ChildProcess>();
  for (const role of all) await writeConfig(join(data, role), role, { all, urlOf, port: ports.get(role) ?? 0 });
  for (const role of roles) {
    const child = fork(join(import.meta.dirname, "relay-node.ts"), {
      env: { ...process.env, BENCH_ROLE: role, BENCH_DATA: join(data, role) },
    });
    await once(child, "message");
    children.set(role, child);
  }
  const as: BenchRelay["as"] = async (principal) => {
    const path = principal === "operator" ? join(data, "operator-secret") : join(data, principal, "identity", "secret");
    return { authorization: `Bearer ${(await readFile(path, "utf8")).trim()}` };
  };
  return {
    urlOf,
    as,
    client: (role, principal) => createBusClient({ role, url: urlOf(role), identity: { outbound: () => as(principal) } }),
    signerOf: async (role) => (await openKeys(join(data, role, "keys"))).receipt,
    async memoryOf(role) {
      const status = await readFile(`/proc/${children.get(role)?.pid}/status`, "utf8");
      const mib = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
      return { now: mib("VmRSS"), peak: mib("VmHWM") };
    },
    async cpuOf(role) {
      const stat = await readFile(`/proc/${children.get(role)?.pid}/stat`, "utf8");
      // The name before the bracket may hold spaces; utime and stime are the 14th and 15th field, in 1/100 s.
      const [user, system] = stat
        .slice(stat.lastIndexOf(")") + 2)
        .split(" ")
        .slice(11, 13);
      return (Number(user) + Number(system)) * 10;
    },
    async [Symbol.asyncDispose]() {
      const ended = [...children.values()].map((child) => once(child, "exit"));
      for (const child of children.values()) child.disconnect();
      await Promise.all(ended);
      await rm(data, { recursive: true, force: true });
    },
  };
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return address.port;
}
