import { flushCompileCache } from "node:module";
import { join } from "node:path";
import { type Clock, isTasukiError, type Logger, type Pipeline, TasukiError } from "@tasuki/protocol";
import manifest from "../../package.json" with { type: "json" };
import { closeToOthers, ownUmask } from "./close-to-others.ts";
import { keepMemoryFromCores } from "./core-dumps.ts";
import { parseFailpoint } from "./failpoint.ts";
import { type NodeConfig, readNodeConfig } from "./node-config.ts";
import type { NodeEnvironment } from "./node-environment.ts";
import type { NodeOptions, RunningNode } from "./node.ts";
import { openLogger } from "./open-logger.ts";
import { readOwnText } from "./read-own-text.ts";
import { startNode } from "./start-node.ts";
import { systemClock } from "./system-clock.ts";

/**
 * Flags of Node.js for the process of a node, wherever one is started. A node mostly passes bytes on: with V8's usual young generation
 * (16 MiB, three times) it would keep tens of megabytes of them as garbage, and with the usual growth of its heap (up to four times what lives)
 * hundreds, while another node sends it large ones. So garbage is collected when the heap has grown by 60 %.
 */
export const nodeFlags: readonly string[] = ["--max-semi-space-size=2", "--heap-growing-percent=60"];

/** Process of one node: the parts that an app gives it. */
export interface NodeProcess {
  /** `main`, or a role of the pipeline. */
  readonly role: string;
  readonly pipeline: Pipeline;
  /** Called once, at the start. */
  readonly readEnv: () => NodeEnvironment;
  /** Executor of the role; for main, extractor and checker; and the judge. */
  readonly work: (config: NodeConfig, environment: NodeEnvironment) => Pick<NodeOptions, "executor" | "extractor" | "checker" | "judge">;
  /** Services that begin once the node listens, and end before it. The node can't go on without them: `failed` rejects where they can't. */
  readonly services?: (node: RunningNode, data: string) => Promise<AsyncDisposable & { readonly failed?: Promise<never> }>;
  /** Clock of the node; `systemClock` unless a test gives another. */
  readonly clock?: Clock;
}

// Milliseconds after a failure in which the process may end in order: a store whose disk failed may never finish to close.
const lastResortMs = 5_000;

/**
 * Serves as a node until SIGTERM, SIGINT, or the end of the process that started this one over IPC; then ends in order, with exit code 0. Where
 * the node can't start or can't go on, the process ends with 1, and stderr says what happened.
 */
export async function serveNode(options: NodeProcess): Promise<never> {
  process.umask(ownUmask);
  const stop = awaitStop();
  const stopping = new AbortController();
  void stop.then((reason) => stopping.abort(reason));
  let logger: Logger | undefined;
  try {
    const environment = options.readEnv();
    const { data, logLevel: level } = environment;
    await closeToOthers(data);
    const config = await readNodeConfig(join(data, "config.jsonc"));
    const base = { node: config.node ?? options.role, role: options.role };
    const log = (logger = openOwnLog({ data, level, base }));
    await keepMemoryFromCores(log);
    process.on("uncaughtExceptionMonitor", (error) => log.error({ err: error }, "an error that nothing handled ends the process"));
    const policy = await readOwnText(environment.policy, "It is the policy file, which TASUKI_POLICY names: who may do what on this node.");
    const reach = environment.failpoint === undefined ? {} : { reach: parseFailpoint(environment.failpoint, killSelf) };
    const work = options.work(config, environment);
    await serveUntil(options, { data, config, policy, logger: log, stop, signal: stopping.signal, ...reach, ...work });
    log.info({}, "the node has ended");
    process.exit(0);
  } catch (error) {
    logger?.error({ err: error }, "the node can't start or can't go on");
    process.stderr.write(`${options.role}: ${describe(error)}\n`);
    process.exit(1);
  }
}

/** Opens the log, the first file that a node writes. Throws `invalid_state` where its data folder can't be written. */
function openOwnLog(options: Parameters<typeof openLogger>[0]): Logger {
  try {
    return openLogger(options);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const fix = "check the disk, mount it writable, give the folder to the node's user; then start the node again";
    throw new TasukiError("invalid_state", `the data folder ${options.data} can't be written (${why}): ${fix}`, { cause });
  }
}

async function serveUntil(
  { role, pipeline, services, clock = systemClock }: NodeProcess,
  { stop, ...given }: Omit<NodeOptions, "role" | "pipeline" | "clock" | "random" | "version"> & { readonly stop: Promise<string> },
): Promise<void> {
  const { config, data, logger } = given;
  await using running = new AsyncDisposableStack();
  const random = Math.random; // oxlint-disable-line no-restricted-properties -- for jitter; here is where it is chosen
  const starting = startNode({ ...given, role, pipeline, clock, random, version: manifest.version });
  const node = await starting.catch((error: unknown) => {
    if (given.signal?.aborted !== true) throw error;
  });
  // A node that was told to end while it waited for the tailnet has not started.
  if (node === undefined) return;
  running.use(node);
  if (config.identity.provider === "loopback") warnOfLoopback(node.node, logger);
  const served = services && running.use(await services(node, data));
  logger.info({ url: node.url }, "the node listens");
  process.send?.("started"); // to the process that started this one and waits for it
  // The cache is written now because Node writes it by itself only at an end in order.
  flushCompileCache();
  const failed = Promise.race([node.failed, served?.failed ?? []].flat());
  failed.catch(() => setTimeout(() => process.exit(1), lastResortMs));
  const reason = await Promise.race([stop, failed]);
  logger.info({ reason }, "the node stops");
}

/** Kills this process as a loss of power would: nothing is closed, flushed or answered. */
function killSelf(): void {
  process.kill(process.pid, "SIGKILL");
}

/** Waits until this process is told to end, and resolves with the reason. A second signal ends it at once. */
function awaitStop(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal));
    // A node must not outlive the relay that it is part of, however that ended.
    if (process.send === undefined) return;
    const orphaned = (): void => resolve("the process that started this one has ended");
    if (process.connected) process.once("disconnect", orphaned);
    else orphaned();
  });
}

function warnOfLoopback(node: string, logger: Logger): void {
  const warning =
    "LOOPBACK IDENTITY: whoever can read this machine's identity folders can be any node. For development on one machine only.";
  logger.warn({ provider: "loopback" }, warning);
  process.stderr.write(`\n*** ${node}: ${warning} ***\n\n`);
}

function describe(error: unknown): string {
  if (isTasukiError(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
