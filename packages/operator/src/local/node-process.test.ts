// A real app as a process, as a local relay starts it.
import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { relay } from "@tasuki/contracts/relay";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isHealthy } from "./local-nodes.ts";
import { prepareLocalRelay } from "./prepare-local-relay.ts";
import { findApps, repository } from "./repository.ts";

// Real processes on a busy machine: facts are waited for, however long that takes.
vi.setConfig({ testTimeout: 60_000 });

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
