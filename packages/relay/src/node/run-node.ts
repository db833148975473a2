import { readFile } from "node:fs/promises";
import { flushCompileCache } from "node:module";
import { join } from "node:path";
import { type Clock, isTasukiError, type Logger, type Pipeline } from "@tasuki/contracts";
import manifest from "../../package.json" with { type: "json" };
import { parseFailpoint } from "./failpoint.ts";
import type { NodeConfig } from "./node-config.ts";
import type { NodeEnvironment } from "./node-environment.ts";
import type { NodeOptions, RunningNode } from "./node.ts";
import { openLogger } from "./open-logger.ts";
import { readNodeConfig } from "./read-node-config.ts";
import { startNode } from "./start-node.ts";
import { systemClock } from "./system-clock.ts";

/** One node as a process of its own: what an app is made of. */
export interface NodeProcess {
  /** `main`, or a role of the pipeline. */
  readonly role: string;
  readonly pipeline: Pipeline;
  /** Called once, at the start. */
  readonly readEnv: () => NodeEnvironment;
  /** Who does the work; for main, what extracts and checks. */
  readonly work: (config: NodeConfig, environment: NodeEnvironment) => Pick<NodeOptions, "executor" | "extractor" | "checker">;
  /** What runs beside the node and ends before it. */
  readonly beside?: (node: RunningNode, data: string) => Promise<AsyncDisposable>;
  /** This machine's, unless a test says otherwise. */
  readonly clock?: Clock;
}

// A store whose disk failed may never finish to close.
const lastResortMs = 5_000;

/**
 * Runs a node until SIGTERM, SIGINT, or the end of the process that started it over IPC; then ends it in order, and the process with
 * exit code 0. Where the node can't start or can't go on, the process ends with 1, and stderr says what happened.
 */
export async function runNode(options: NodeProcess): Promise<never> {
  // Documents and the database are for this user and its group, also where the shell that starts a node would let everybody read.
  process.umask(0o007 | process.umask(0o007));
  const stop = awaitStop();
  const stopping = new AbortController();
  void stop.then((reason) => stopping.abort(reason));
  let logger: Logger | undefined;
  try {
    const environment = options.readEnv();
    const { data, logLevel: level } = environment;
    const config = await readNodeConfig(join(data, "config.jsonc"));
    const base = { node: config.node ?? options.role, role: options.role };
    const log = (logger = openLogger({ data, level, base }));
    process.on("uncaughtExceptionMonitor", (error) => log.error({ err: error }, "an error that nothing handled ends the process"));
    const policy = await readFile(environment.policy, "utf8");
    const reach = environment.failpoint === undefined ? {} : { reach: parseFailpoint(environment.failpoint, killSelf) };
    const work = options.work(config, environment);
    await serve(options, { data, config, policy, logger: log, stop, signal: stopping.signal, ...reach, ...work });
    log.info({}, "the node has ended");
    process.exit(0);
  } catch (error) {
    logger?.error({ err: error }, "the node can't start or can't go on");
    process.stderr.write(`${options.role}: ${describe(error)}\n`);
    process.exit(1);
  }
}

async function serve(
  { role, pipeline, beside, clock = systemClock }: NodeProcess,
  { stop, ...given }: Omit<NodeOptions, "role" | "pipeline" | "clock" | "random" | "version"> & { readonly stop: Promise<string> },
): Promise<void> {
  const { config, data, logger } = given;
  await using running = new AsyncDisposableStack();
  const random = Math.random; // oxlint-disable-line no-restricted-properties -- for jitter; here is where it is chosen
  const starting = startNode({ ...given, role, pipeline, clock, random, version: manifest.version });
  const node = await starting.catch((error: unknown) => {
    if (given.signal?.aborted !== true) throw error;
  });
  // It was told to end while it waited for the tailnet.
  if (node === undefined) return;
  running.use(node);
  if (config.identity.provider === "loopback") warnOfLoopback(role, logger);
  if (beside) running.use(await beside(node, data));
  logger.info({ url: node.url }, "the node listens");
  process.send?.("started"); // to whoever started this process and waits for it
  // Else it would be kept at an end in order only.
  flushCompileCache();
  node.failed.catch(() => setTimeout(() => process.exit(1), lastResortMs));
  const reason = await Promise.race([stop, node.failed]);
  logger.info({ reason }, "the node stops");
}

/** As a machine that loses its power, as far as a process can: nothing is closed, flushed or answered. */
function killSelf(): void {
  process.kill(process.pid, "SIGKILL");
}

/** Resolves with the reason once this process is told to end. A second signal ends it at once. */
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

function warnOfLoopback(role: string, logger: Logger): void {
  const warning =
    "LOOPBACK IDENTITY: whoever can read this machine's identity folders can be any node. For development on one machine only.";
  logger.warn({ provider: "loopback" }, warning);
  process.stderr.write(`\n*** ${role}: ${warning} ***\n\n`);
}

function describe(error: unknown): string {
  if (isTasukiError(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
