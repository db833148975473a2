// A bus for tests: a small pipeline, handlers that remember what they were called with, and a listener on a free port.
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  defineArtifact,
  defineRole,
  type FeedEntry,
  type Judge,
  type Logger,
  type Pipeline,
  type Problem,
  type TasukiError,
} from "@tasuki/protocol";
import type { DiskFloor } from "@tasuki/store";
import { endlessDisk } from "@tasuki/store/testing";
import { judgeAtOnce } from "@tasuki/protocol/testing";
import { z } from "zod";
import { createLoopbackIdentity, writeLoopbackIdentities } from "../identity/loopback-identity.ts";
import type { Roster } from "../identity/roster.ts";
import { parsePolicy, type Policy } from "../permission/policy.ts";
import { writePolicy } from "../permission/write-policy.ts";
import { createBusApp } from "../server/bus-app.ts";
import type { BusHandlers } from "../server/bus-calls.ts";
import { listenBus } from "../server/listen.ts";
import type { TaskRequest } from "../wire/task-request.ts";
import { createMemoryStore } from "./memory-store.ts";

const artifact = <const Name extends string>(name: Name, file: string) =>
  defineArtifact({
    name,
    file,
    version: 1,
    many: file.includes("*"),
    mediaType: "text/plain",
    maxBytes: 1_000_000,
    schema: z.string(),
    read: (text, fileName) =>
      text.startsWith("# ")
        ? { ok: true, value: text }
        : { ok: false, unmet: [{ file: fileName, line: 1, expected: "a heading", got: text.slice(0, 20), fix: "begin with '# '" }] },
    write: (text) => text,
  });
export const draft = artifact("draft", "draft.md");
const given = [artifact("run", "run.json"), artifact("brief", "brief.md"), artifact("source-text", "S*.txt")] as const;
const final = artifact("final", "final.txt");
const writer = defineRole({ name: "writer", port: 18101, consumes: [...given], produces: [draft], check: () => [] });
const editor = defineRole({ name: "editor", port: 18102, consumes: [draft, given[1]], produces: [final], check: () => [] });
export const smallPipeline: Pipeline = {
  module: import.meta.url,
  profiles: { plain: "anything that keeps its contract" },
  intake: { brief: given[1], sources: given[2] },
  given,
  roles: [writer, editor],
};
export const policy = parsePolicy(writePolicy({ pipeline: smallPipeline, people: { ops: ["ops@example.com"] } }));

export const quiet: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const id = "01936b1c-0000-7000-8000-000000000001";
const node = { node: "main", role: "main", instance: id };
const clock = { now: () => 1_764_000_000_000, monotonic: () => 0 };

interface Call {
  readonly principal: string;
  readonly request: TaskRequest;
}

function entry(index: number, word?: string): FeedEntry {
  return { index, leaf: JSON.stringify({ index, word }), envelopes: [] };
}

/** Handlers that remember their calls, over a feed that the test makes longer. */
function createHandlers({ word, refusal }: Pick<BusOptions, "word" | "refusal">) {
  const tasks: Call[] = [];
  const feed = [entry(0), entry(1, word)];
  const shortcuts = word === undefined ? [] : [{ path: word, why: word, instead: word }];
  const waiting = new Set<() => void>();
  let watchers = 0;
  const handlers: BusHandlers = {
    async task(request, caller) {
      tasks.push({ principal: caller.principal, request });
      if (refusal !== undefined) throw refusal;
      const replayed = tasks.filter((one) => one.request.payload.equals(request.payload)).length > 1;
      return { task: id, run: id, receipt: { payload: "", payloadType: "x", signatures: [] }, replayed };
    },
    async status() {
      return { ...node, size: feed.length, queue: { waiting: 0, running: 0, limit: 1 }, shortcuts, tasks: [] };
    },
    async *watch(from, _caller, signal) {
      watchers += 1;
      signal.addEventListener("abort", () => (watchers -= 1), { once: true });
      for (let next = from; !signal.aborted;) {
        const found = feed[next];
        if (found === undefined)
          await new Promise<void>((resolve) => (waiting.add(resolve), signal.addEventListener("abort", () => resolve())));
        else {
          yield found;
          next += 1;
        }
      }
    },
    async health() {
      return {
        ...node,
        version: "0",
        contracts: { reads: {}, writes: {} },
        clock: new Date(clock.now()).toISOString(),
        store: { state: "ok", feed: feed.length },
        identity: { provider: "loopback", state: "ok" },
      };
    },
  };
  const append = (): void => {
    feed.push(entry(feed.length));
    for (const wake of waiting) wake();
  };
  return { handlers, tasks, append, watchers: () => watchers };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
  readonly problem: Problem;
}

interface BusOptions {
  /** Decides for the n-th call of `identify` (from 1) whether the caller has its permissions. */
  readonly grants?: (nth: number) => boolean | Promise<boolean>;
  readonly pipeline?: Pipeline;
  readonly policy?: Policy;
  readonly diskFloor?: DiskFloor;
  readonly logger?: Logger;
  readonly judge?: Judge;
  /** A word of somebody's that stands in its status and its feed. */
  readonly word?: string;
  /** Answer to every task. */
  readonly refusal?: TasukiError;
}

export async function startBus(role = "main", options: BusOptions = {}) {
  const {
    grants = () => true,
    pipeline = smallPipeline,
    policy: granted = policy,
    diskFloor = endlessDisk,
    logger = quiet,
    judge = judgeAtOnce,
  } = options;
  const folder = await mkdtemp(join(tmpdir(), "tasuki-bus-"));
  const principals = ["main", ...pipeline.roles.map(({ name }) => name), "operator"];
  const folders = Object.fromEntries(principals.map((name) => [name, join(folder, name)]));
  await writeLoopbackIdentities({ folders });
  const { store, traces } = createMemoryStore();
  const { handlers, tasks, append, watchers } = createHandlers(options);
  const roster: Record<string, Roster[string]> = {};
  const identityOf = (name: string) => createLoopbackIdentity({ folder: join(folder, name), role: name, policy: granted, roster });
  const identity = identityOf(role);
  let host = "";
  let asked = 0;
  const app = createBusApp({
    role,
    pipeline,
    handlers,
    store,
    async identify({ socket, headers }) {
      const { authorization } = headers;
      const caller = await identity.identify({ address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0, authorization });
      return (await grants((asked += 1))) ? caller : { ...caller, permissions: [] };
    },
    allowedHosts: () => [host],
    logger,
    clock,
    judge,
    diskFloor,
  });
  const listener = await listenBus({ app, host: "127.0.0.1", port: 0 });
  host = `127.0.0.1:${listener.port}`;
  roster[role] = { role, url: listener.url };

  return {
    app,
    folder,
    tasks,
    append,
    /** Gives the number of subscriptions that have not ended. */
    watchers,
    traces,
    url: listener.url,
    port: listener.port,
    host,
    /** Makes the identity of another node, as it calls this one. */
    callerFrom: identityOf,
    /** Sends one request over a connection of its own. `as` adds a principal's token. */
    async send(
      method: string,
      path: string,
      { as, headers = {}, body }: { as?: string; headers?: Record<string, string | number>; body?: string | Buffer } = {},
    ): Promise<Answer> {
      const token = as === undefined ? {} : await tokenOf(folder, as);
      const call = request({ host: "127.0.0.1", port: listener.port, method, path, agent: false, headers: { ...token, ...headers } });
      call.on("error", () => undefined);
      call.end(body);
      const [response] = (await once(call, "response")) as [IncomingMessage];
      const text = Buffer.concat(await response.toArray()).toString("utf8");
      // A refusal leaves the rest of a body unread, for which the bus would wait.
      call.destroy();
      const parsed: unknown = text === "" ? undefined : JSON.parse(text);
      return { status: response.statusCode ?? 0, headers: response.headers, body: parsed, problem: parsed as Problem };
    },
    /** Sends raw bytes over a socket. Resolves with everything that comes back until the bus closes the connection. */
    async sendRaw(text: string, { end = false } = {}): Promise<string> {
      const socket = connect(listener.port, "127.0.0.1");
      socket.on("error", () => undefined);
      const chunks: Buffer[] = [];
      socket.on("data", (chunk: Buffer) => chunks.push(chunk));
      socket.write(text);
      if (end) socket.end();
      await once(socket, "close");
      return Buffer.concat(chunks).toString("latin1");
    },
    stop: () => listener[Symbol.asyncDispose](),
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type BusFixture = Awaited<ReturnType<typeof startBus>>;

/** Reads the header that a principal sends. */
export async function tokenOf(folder: string, principal: string): Promise<{ authorization: string }> {
  const secret = await readFile(join(folder, principal, principal === "operator" ? "operator-secret" : "secret"), "utf8");
  return { authorization: `Bearer ${secret.trim()}` };
}
