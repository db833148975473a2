import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Checker,
  type Clocks,
  type Executor,
  type Extractor,
  type Logger,
  type Pipeline,
  type RunStatus,
  sha256Of,
} from "@tasuki/protocol";
import { type People, sourceContract, writePolicy } from "@tasuki/bus";
import { publish } from "@tasuki/store";
import { NodeConfig } from "../process/node-config.ts";
import type { RunningNode } from "../process/node.ts";
import { startNode } from "../process/start-node.ts";
import { systemClock } from "../process/system-clock.ts";
import { judgeAtOnce } from "@tasuki/protocol/testing";
import { freePorts, openTask, parseTaskRequest } from "@tasuki/bus/testing";
import { introduceNodes } from "./introduce-nodes.ts";
import { inProcessExecutor, type StageWork } from "./in-process-executor.ts";
import { inProcessChecker, plainExtractor } from "./in-process-intake.ts";

export interface TestRelayOptions {
  readonly pipeline: Pipeline;
  /** Work of each role. */
  readonly work: Readonly<Record<string, StageWork | Executor>>;
  readonly extractor?: Extractor;
  readonly checker?: Checker;
  readonly limits?: Partial<NodeConfig["limits"]>;
  readonly logger?: Logger;
  /** Kinds of task, beside `run`, that scripts may post to main; none by default. */
  readonly scripts?: People["scripts"];
  /** Nodes that are not started yet. */
  readonly without?: readonly string[];
  /** Nodes that main's roster lacks. */
  readonly unlisted?: readonly string[];
  /** More nodes: the role of each by its name. Every role has a node of its own name besides. */
  readonly more?: Readonly<Record<string, string>>;
}

export interface TestRelay extends AsyncDisposable {
  /** Holds a data folder for each node. */
  readonly data: string;
  /** Throws while the node is stopped. */
  node(name: string): RunningNode;
  start(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  /** Uploads sources and starts a run, as a script on main's machine does. Resolves with its id. */
  run(request: { brief: string; sources?: readonly string[]; clocks?: Partial<Clocks> }): Promise<string>;
  /** Resolves with main's view of the run once it is as wanted. */
  until(run: string, wanted: (status: RunStatus) => boolean): Promise<RunStatus>;
}

const quiet: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A whole relay in this process: real stores, sockets and signatures on free ports, in a temporary folder, with executors given as functions. */
export async function startTestRelay(options: TestRelayOptions): Promise<TestRelay> {
  const { pipeline, scripts, without = [], unlisted = [], more = {} } = options;
  const data = await mkdtemp(join(tmpdir(), "tasuki-relay-"));
  const roles = new Map([
    ...["main", ...pipeline.roles.map(({ name }) => name)].map((role) => [role, role] as const),
    ...Object.entries(more),
  ]);
  const names = [...roles.keys()];
  const ports = await freePorts(names);
  await introduceNodes(data, names);
  const policy = writePolicy({ pipeline, people: { ops: ["ops@example.com"], ...(scripts && { scripts }) } });
  const running = new Map<string, RunningNode>();

  const relay: TestRelay = {
    data,
    node(name) {
      const node = running.get(name);
      if (node === undefined) throw new Error(`the node ${name} is not running`);
      return node;
    },
    async start(name) {
      const role = roles.get(name) ?? name;
      const others = names.filter((other) => other !== name && !(name === "main" && unlisted.includes(other)));
      const roster = Object.fromEntries(
        others.map((other) => [other, { role: roles.get(other), url: `http://127.0.0.1:${ports.get(other)}` }]),
      );
      const config = NodeConfig.parse({ node: name, listen: { port: ports.get(name) }, roster, limits: options.limits });
      const own = workOf(options, role);
      const logger = options.logger ?? quiet;
      const base = { role, pipeline, data: join(data, name), config, policy, clock: systemClock, logger, judge: judgeAtOnce, version: "0" };
      running.set(name, await startNode({ ...base, ...own, random: () => 0.5 }));
    },
    async stop(name) {
      const node = relay.node(name);
      running.delete(name);
      await node[Symbol.asyncDispose]();
    },
    async run({ brief, sources = [], clocks }) {
      const { store, handlers, local } = relay.node("main");
      const contract = `${sourceContract.name}@${sourceContract.version}`;
      const attachments = await Promise.all(
        sources.map(async (text, at) => {
          const { sha256, size } = await publish(store, Buffer.from(text), { sha256: sha256Of(text), contract, now: systemClock.now() });
          return { name: `S${at + 1}.md`, contract, sha256, size };
        }),
      );
      const payload = Buffer.from(JSON.stringify({ kind: "run", brief, attachments, clocks }));
      const envelope = { payload: payload.toString("base64"), payloadType: "application/vnd.tasuki.task+json", signatures: [] };
      return (await handlers.task(parseTaskRequest(openTask(envelope), {}).request, local)).run;
    },
    async until(run, wanted) {
      const { orchestrator } = relay.node("main");
      let last: RunStatus | undefined;
      for await (const status of orchestrator?.watch(run, AbortSignal.timeout(60_000)) ?? []) if (wanted((last = status))) return status;
      throw new Error(`the run did not become as wanted; it is ${JSON.stringify(last, undefined, 1)}`);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...running.keys()].map((name) => relay.stop(name)));
      await rm(data, { recursive: true, force: true });
    },
  };
  await Promise.all(names.filter((name) => !without.includes(name)).map((name) => relay.start(name)));
  return relay;
}

function workOf(
  { work, extractor, checker }: TestRelayOptions,
  role: string,
): { executor?: Executor; extractor?: Extractor; checker?: Checker } {
  if (role === "main") return { extractor: extractor ?? plainExtractor(), checker: checker ?? inProcessChecker() };
  const own = work[role];
  if (own === undefined) throw new Error(`no work is given for role '${role}'`);
  return { executor: typeof own === "function" ? inProcessExecutor(own) : own };
}
