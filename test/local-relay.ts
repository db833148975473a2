// Real processes for whole-system tests: `tasuki dev` on a data folder and ports of its own, ended by the test that began it.
import { spawn, type ChildProcess } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mainPort } from "@tasuki/protocol";
import { relay as pipeline } from "@tasuki/contracts/relay";

export const repository = join(import.meta.dirname, "..");
const tasukiBin = join(repository, "packages/operator/src/tasuki.ts");
/** Main, then the roles of the pipeline. */
export const roles: readonly string[] = ["main", ...pipeline.roles.map(({ name }) => name)];

/** The port of a role's node in a relay whose main is on `portBase`. */
export function portOf(role: string, portBase: number): number {
  return portBase + (pipeline.roles.find(({ name }) => name === role)?.port ?? mainPort) - mainPort;
}

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function finish(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<Finished> {
  const child = spawn(command, args, {
    cwd: options.cwd ?? repository,
    env: { ...process.env, NO_COLOR: "1", ...options.env },
    stdio: "pipe",
  });
  const chunks: { out: string; err: string } = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (chunks.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (chunks.err += text));
  child.stdin.on("error", () => undefined).end(options.input ?? "");
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout: chunks.out, stderr: chunks.err };
}

/** `tasuki …`, to its end. */
export function tasuki(...args: string[]): Promise<Finished> {
  return finish(process.execPath, [tasukiBin, ...args]);
}

/** Resolves with the first value that `probe` gives; looks again whenever 50 ms went by. The test's own time limit ends it. */
export async function eventually<T>(probe: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const value = await probe().catch(() => undefined);
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 50).unref());
  }
}

/** A port for main, where those of all nodes are free; by chance, so that tests which run at the same time hardly choose the same. */
export async function freePortBase(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const base = randomInt(1_200, 2_000) * 10;
    const free = await Promise.all(roles.map((role) => isFree(portOf(role, base))));
    if (free.every(Boolean)) return base;
  }
  throw new Error(`no free ports for ${roles.length} nodes were found between 12000 and 20000`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) =>
    server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true)),
  );
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}

export interface LocalRelay extends AsyncDisposable {
  /** The folder that holds one data folder per role. */
  readonly data: string;
  readonly portBase: number;
  /** Everything that `tasuki dev` has printed. */
  output(): string;
  /** The pid of a role's process, once there is one. */
  pid(role: string): Promise<number>;
  /** `curl` on a node's own socket; resolves with the status and the parsed body. */
  curl(role: string, path: string, ...args: string[]): Promise<{ status: number; body: unknown }>;
}

/** Starts all nodes and resolves when all are healthy. `prepare` may change the data folder before they start; `umask` and `env` are those of their shell. */
export async function startLocalRelay(
  prepare?: (data: string) => Promise<void>,
  { umask = "0022", env = {} }: { readonly umask?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<LocalRelay> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-test-"));
  const data = join(folder, ".tasuki");
  const portBase = await freePortBase();
  await prepare?.(data);
  const argv = [process.execPath, tasukiBin, "dev", "--data", data, "--port-base", String(portBase)];
  const dev = spawn("/bin/sh", ["-c", 'umask "$0" && exec "$@"', umask, ...argv], {
    cwd: repository,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [dev.stdout, dev.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const relay: LocalRelay = {
    data,
    portBase,
    output: () => output,
    pid: (role) => eventually(() => findProcess(join(data, role))),
    curl: (role, path, ...args) => curl(join(data, role, "bus.sock"), path, args),
    async [Symbol.asyncDispose]() {
      await stop(dev);
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    const ended = once(dev, "exit").then(() => Promise.reject(new Error(`tasuki dev ended:\n${output}`)));
    const healthy = eventually(async () => {
      const healths = await Promise.all(roles.map((role) => relay.curl(role, "/health")));
      return healths.every((health) => health.status === 200) || undefined;
    });
    ended.catch(() => undefined);
    await Promise.race([healthy, ended]);
  } catch (error) {
    await relay[Symbol.asyncDispose]();
    throw error;
  }
  return relay;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGINT");
  await once(child, "exit");
}

/** `curl` on a socket, to its end. */
export async function curl(socket: string, path: string, args: readonly string[]): Promise<{ status: number; body: unknown }> {
  const { stdout } = await finish("curl", ["-sS", "--unix-socket", socket, "-w", "\n%{http_code}", `http://localhost${path}`, ...args]);
  const at = stdout.lastIndexOf("\n");
  const text = stdout.slice(0, at);
  return { status: Number(stdout.slice(at + 1)), body: text === "" ? undefined : JSON.parse(text) };
}

/** The node process whose environment names this data folder (Linux). */
async function findProcess(data: string): Promise<number | undefined> {
  for (const pid of (await readdir("/proc")).filter((name) => /^[0-9]+$/.test(name))) {
    const [environment, command] = await Promise.all([
      readFile(`/proc/${pid}/environ`, "utf8"),
      readFile(`/proc/${pid}/cmdline`, "utf8"),
    ]).catch(() => ["", ""]);
    if (environment?.split("\0").includes(`TASUKI_DATA=${data}`) && command?.includes("/apps/")) return Number(pid);
  }
  return undefined;
}
