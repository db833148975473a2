import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { json } from "node:stream/consumers";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type RunStatus, Status, TaskAnswer } from "@tasuki/protocol";
import { writePolicy } from "@tasuki/bus";
import { freePorts } from "@tasuki/bus/testing";
import { introduceNodes } from "@tasuki/node/testing";
import { simulatedPipeline } from "../sim/pipeline.ts";
import { type ChaosNode, createChaosNode } from "./chaos-node.ts";
import { openProxy, type Proxy } from "./proxy.ts";

export const pipeline = simulatedPipeline(3);
export const roles = ["main", "nano", "sg", "jp"] as const;
export type RoleName = (typeof roles)[number];

export interface ChaosOptions {
  /** Limits in every node's configuration. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Environment of a role's process, beside what it always gets. */
  readonly env?: Readonly<Partial<Record<RoleName, Readonly<Record<string, string>>>>>;
  /** Links with a proxy: `nano>sg`. */
  readonly links?: readonly string[];
  /** Port at which a role calls another, where that is not the other's own: something stands between them. */
  readonly via?: (from: string, to: string) => number | undefined;
  /** Role that has a second node, `nano-2`: main spreads the runs over the two. */
  readonly twice?: RoleName;
  /** A folder that is a role's data folder, instead of one of its own. */
  readonly folders?: Readonly<Partial<Record<RoleName, string>>>;
}

export interface ChaosRelay extends AsyncDisposable {
  /** Holds a data folder for each node. */
  readonly data: string;
  /** Names of its nodes: those of their roles, but for a second one. */
  readonly names: readonly string[];
  folder(name: string): string;
  /** Port on which a node listens. */
  port(name: string): number;
  node(name: string): ChaosNode;
  link(name: string): Proxy;
  startAll(): Promise<void>;
  stopAll(): Promise<void>;
  /** A request on a node's own socket. Rejects where it does not run. */
  call(role: RoleName, path: string, body?: string): Promise<{ readonly status: number; readonly body: unknown }>;
  /**
   * Uploads a source and starts a run with it, through whatever main goes through. Resolves with what main signed. The text of a large source is
   * uploaded to the roles; that of a small one travels with their tasks.
   */
  run(brief: string, options?: { id?: string; clocks?: object; isLarge?: boolean }): Promise<TaskAnswer>;
  status(run: string): Promise<RunStatus>;
  /** Main's view of the run once it is as wanted. */
  until(run: string, wanted: (status: RunStatus) => boolean, limitMs?: number): Promise<RunStatus>;
}

export async function openChaosRelay({
  limits = {},
  env = {},
  links = [],
  via,
  twice,
  folders = {},
}: ChaosOptions = {}): Promise<ChaosRelay> {
  const data = await mkdtemp(join(tmpdir(), "tasuki-chaos-"));
  const names: readonly string[] = twice === undefined ? roles : [...roles, secondOf(twice)];
  const roleOf = (name: string): RoleName => roles.find((role) => role === name) ?? twice ?? "main";
  const folder = (name: string): string => folders[roleOf(name)] ?? join(data, name);
  const policy = join(data, "policy.hujson");
  await introduceNodes(data, names);
  await writeFile(policy, writePolicy({ pipeline, people: { ops: ["ops@example.com"] } }));
  const ports = await freePorts(names);
  const portOf = (name: string): number => {
    const port = ports.get(name);
    if (port === undefined) throw new Error(`there is no node '${name}'`);
    return port;
  };
  const proxies = new Map<string, Proxy>();
  for (const name of links) proxies.set(name, await openProxy(portOf(name.split(">")[1] ?? "")));
  const between = (from: string, to: string): number | undefined => proxies.get(`${from}>${to}`)?.port ?? via?.(from, to);
  for (const name of names) {
    const roster = Object.fromEntries(
      names
        .filter((other) => other !== name)
        .map((other) => [other, { role: roleOf(other), url: `http://127.0.0.1:${between(name, other) ?? portOf(other)}` }]),
    );
    await writeFile(join(data, name, "config.jsonc"), JSON.stringify({ node: name, listen: { port: portOf(name) }, roster, limits }));
  }
  const nodes = new Map(
    names.map((name) => {
      const role = roleOf(name);
      return [name, createChaosNode({ role, data: folder(name), policy, cache: join(data, "compile-cache"), env: env[role] ?? {} })];
    }),
  );
  const node = (name: string): ChaosNode => {
    const found = nodes.get(name);
    if (found === undefined) throw new Error(`there is no node '${name}'`);
    return found;
  };

  const relay: ChaosRelay = {
    data,
    names,
    folder,
    port: portOf,
    node,
    link(name) {
      const proxy = proxies.get(name);
      if (proxy === undefined) throw new Error(`there is no proxy on ${name}`);
      return proxy;
    },
    async startAll() {
      const started = await Promise.all(names.map(async (name) => node(name).isRunning() || node(name).start()));
      if (started.includes(false)) throw new Error(`a node did not start: ${names.map((name) => node(name).last().stderr).join("\n")}`);
    },
    async stopAll() {
      for (const name of names) node(name).kill("SIGTERM");
      await Promise.all(names.map((name) => node(name).ended()));
    },
    call: (role, path, body) => callSocket(join(relay.folder(role), "bus.sock"), path, body),
    async run(brief, { id, clocks, isLarge = false } = {}) {
      const source = `# A document\n\n${brief}\n${isLarge ? "- one line of many\n".repeat(4_000) : ""}`;
      const sha256 = createHash("sha256").update(source).digest("hex");
      await accepted(() => relay.call("main", `/upload?contract=source&sha256=${sha256}`, source));
      const attachment = { name: "S1.md", contract: "source@1", size: Buffer.byteLength(source), sha256 };
      const task = JSON.stringify({ kind: "run", brief, attachments: [attachment], ...(id && { id }), ...(clocks && { clocks }) });
      return TaskAnswer.parse(await accepted(() => relay.call("main", "/task", task)));
    },
    async status(run) {
      const body = Status.parse((await relay.call("main", `/status?run=${run}`)).body);
      if (body.run === undefined) throw new Error(`main shows no run ${run}: ${JSON.stringify(body)}`);
      return body.run;
    },
    async until(run, wanted, limitMs = 60_000) {
      const started = performance.now();
      let failure: unknown;
      for (let seen: RunStatus | undefined; ;) {
        seen = await relay.status(run).catch((error: unknown) => ((failure = error), seen));
        if (seen !== undefined && wanted(seen)) return seen;
        if (performance.now() - started > limitMs)
          throw new Error(`the run is not as wanted after ${limitMs} ms: ${JSON.stringify(seen, null, 1)}`, { cause: failure });
        await delay(25);
      }
    },
    async [Symbol.asyncDispose]() {
      for (const name of names) node(name).kill("SIGKILL");
      await Promise.all(names.map((name) => node(name).ended()));
      for (const proxy of proxies.values()) await proxy[Symbol.asyncDispose]();
      await rm(data, { recursive: true, force: true });
    },
  };
  return relay;
}

/** Name of the second node of a role. */
export function secondOf(role: RoleName): string {
  return `${role}-2`;
}

/** Asks again until it is done, as a patient script does. A refusal for good is thrown. */
async function accepted(ask: () => Promise<{ readonly status: number; readonly body: unknown }>): Promise<unknown> {
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined && answer.status < 300) return answer.body;
    if (answer !== undefined && answer.status < 500) throw new Error(`refused: ${JSON.stringify(answer.body)}`);
    await delay(50);
  }
}

async function callSocket(socketPath: string, path: string, body: string | undefined): Promise<{ status: number; body: unknown }> {
  const headers = {
    host: "localhost",
    ...(body !== undefined && { "content-type": path === "/task" ? "application/json" : "text/markdown" }),
  };
  const call = request({ socketPath, path, method: body === undefined ? "GET" : "POST", headers, timeout: 10_000 });
  call.on("timeout", () => call.destroy(new Error("no answer came")));
  call.end(body);
  const [response] = (await once(call, "response")) as [IncomingMessage]; // node:http, 'response'
  return { status: response.statusCode ?? 0, body: await json(response) };
}

export const stageOf = (status: RunStatus, stage: string) => status.stages.find((one) => one.stage === stage);
export const isClosed = ({ state }: RunStatus): boolean => state === "closed";
