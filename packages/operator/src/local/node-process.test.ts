// A real app as a process, as a local relay starts it.
import { type ChildProcess, execFile, spawn, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { relay } from "@tasuki/contracts/relay";
import { openToOthers } from "@tasuki/protocol/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isHealthy } from "./local-nodes.ts";
import { prepareLocalRelay } from "./prepare-local-relay.ts";
import { findApps, repository } from "./repository.ts";

let data: string;
const running: ChildProcess[] = [];
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "tasuki-node-"));
  await prepareLocalRelay({ pipeline: relay, data, portBase: (await freePort()) - 2 });
});
afterEach(async () => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
  await rm(data, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function startSg(stdio: StdioOptions, environment: Record<string, string> = {}) {
  const program = (await findApps(repository)).get("sg") ?? "";
  const child = spawn(process.execPath, [program], { env: { TASUKI_DATA: join(data, "sg"), ...environment }, stdio });
  running.push(child);
  const said = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (said.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said.stderr += text));
  return { child, said, ended: once(child, "exit") };
}

const isUp = () => isHealthy(join(data, "sg", "bus.sock"));
const log = () => readFile(join(data, "sg", "logs", "node.jsonl"), "utf8");

test("a node in the foreground needs no keeper; SIGTERM ends it in order, with code 0", async () => {
  const { child, said, ended } = await startSg(["ignore", "pipe", "pipe"]);
  await vi.waitUntil(isUp, { timeout: 30_000 });
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  expect(said.stderr).toContain("LOOPBACK IDENTITY");
  expect(said.stdout).toBe(await log());
  // Other users of the machine may read none of its files, whatever the umask was.
  for (const path of ["node.sqlite", "logs", "logs/node.jsonl"]) expect((await stat(join(data, "sg", path))).mode & 0o007, path).toBe(0);
  const lines = said.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
  expect(lines).toContainEqual(expect.objectContaining({ node: "sg", role: "sg", level: "info", msg: "the node listens" }));
  expect(lines.at(-1)).toMatchObject({ msg: "the node has ended" });
  expect(await isUp()).toBe(false);
});

// guarantees: R8.own-files
test.each(["0000", "0007", "0027", "0077"])(
  "under umask %s the group of a node's user gets its socket and nothing else, and others nothing at all",
  async (umask) => {
    const folder = join(data, "under-umask");
    const under = (...argv: string[]) => ["-c", 'umask "$0" && exec "$@"', umask, process.execPath, ...argv];
    const prepare = [join(repository, "packages/operator/src/tasuki.ts"), "dev", "--prepare", "--data", folder];
    await promisify(execFile)("/bin/sh", [...under(...prepare), "--port-base", String((await freePort()) - 2)]);
    expect(await openToOthers(folder)).toEqual([]);
    const program = (await findApps(repository)).get("sg") ?? "";
    const child = spawn("/bin/sh", under(program), { env: { TASUKI_DATA: join(folder, "sg") }, stdio: "ignore" });
    running.push(child);
    const ended = once(child, "exit");
    const socket = join(folder, "sg", "bus.sock");
    await vi.waitUntil(() => isHealthy(socket), { timeout: 30_000 });
    expect((await stat(socket)).mode & 0o777).toBe(0o660);
    expect(await openToOthers(folder)).toEqual([]);
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  },
);

// guarantees: R8.own-files
test("a data folder of an earlier release, or of a careless hand, is closed at the start", async () => {
  const paths = ["config.jsonc", "keys", "trust", "identity"].map((name) => join(data, "sg", name));
  for (const path of [...paths, join(data, "sg")]) await chmod(path, 0o777);
  const { child, ended } = await startSg(["ignore", "ignore", "ignore"]);
  await vi.waitUntil(isUp, { timeout: 30_000 });
  expect(await openToOthers(join(data, "sg"))).toEqual([]);
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});

test("a node whose keeper is gone ends, though nobody reads what it prints any more", async () => {
  const { child, ended } = await startSg(["ignore", "pipe", "pipe", "ipc"]);
  expect(await once(child, "message")).toEqual(["started", undefined]);
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.disconnect();
  expect(await ended).toEqual([0, null]);
  expect(await log()).toContain("the process that started this one has ended");
});

test("what keeps a node from starting is said in a line, and is its exit code", async () => {
  await writeFile(join(data, "sg", "config.jsonc"), "{ broken");
  const broken = await startSg(["ignore", "pipe", "pipe"]);
  expect(await broken.ended).toEqual([1, null]);
  expect(broken.said.stderr).toContain(join(data, "sg", "config.jsonc"));
  const homeless = await startSg(["ignore", "pipe", "pipe"], { TASUKI_DATA: "" });
  expect(await homeless.ended).toEqual([1, null]);
  expect(homeless.said.stderr).toMatch(/^sg: .*TASUKI_DATA.*\n$/);
});
