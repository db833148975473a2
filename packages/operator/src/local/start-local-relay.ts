import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "@tasuki/node";
import { TasukiError } from "@tasuki/protocol";
import type { RelayLine } from "../render/node-line.ts";
import { type KeptProcess, keepProcess } from "./kept-process.ts";
import { busSocketOf, isHealthy, type LocalNode, type LocalPlace, toLocalNodes } from "./local-nodes.ts";
import { findApps, repository } from "./repository.ts";

/** All roles of the pipeline as processes of this machine. Disposing ends every one of them. */
export interface LocalRelay extends AsyncDisposable {
  readonly nodes: readonly LocalNode[];
}

export interface LocalRelayOptions extends LocalPlace {
  /** The environment of a node's process, with the variables that it is told besides. */
  readonly environment: (more: Readonly<Record<string, string>>) => Readonly<Record<string, string | undefined>>;
  /** Called for each line that a node printed, and for each event of its process. */
  readonly onLine: (line: RelayLine) => void;
  /** Signal that ends the start. */
  readonly signal?: AbortSignal;
}

const timing = { restart: 1_000, quick: 10_000, longest: 60_000, grace: 10_000 };

/**
 * Starts a process for each role (`prepareLocalRelay` must have made their folders), and resolves when all are healthy. A process that dies
 * is started again after a second. Rejects, and leaves no process, where a node dies five times before it was healthy.
 */
export async function startLocalRelay({ environment, onLine, signal, ...place }: LocalRelayOptions): Promise<LocalRelay> {
  const apps = await findApps(repository);
  const nodes = toLocalNodes(place).map((node) => ({ node, program: programOf(apps, node.role) }));
  const kept: KeptProcess[] = [];
  await using starting = new AsyncDisposableStack();
  starting.defer(() => endAll(kept));
  const started = nodes.map(({ node, program }) => {
    const one = keepProcess({
      program,
      environment: environment({ TASUKI_DATA: node.data }),
      untilHealthy: (over) => untilHealthy(node, over),
      onLine: (text) => onLine({ role: node.role, text, source: "node" }),
      onEvent: (text) => onLine({ role: node.role, text, source: "relay" }),
      clock: systemClock,
      timing,
    });
    kept.push(one);
    return one.started.catch((cause: unknown) => Promise.reject(couldNotStart(node, cause)));
  });
  await untilAborted(Promise.all(started), signal);
  const running = starting.move();
  return { nodes: nodes.map(({ node }) => node), [Symbol.asyncDispose]: () => running.disposeAsync() };
}

function programOf(apps: ReadonlyMap<string, string>, role: string): string {
  const program = apps.get(role);
  if (program === undefined) throw new TasukiError("unknown_role", `No app in ${join(repository, "apps")} has tasuki.role '${role}'.`);
  return program;
}

async function endAll(kept: readonly KeptProcess[]): Promise<void> {
  await Promise.all(kept.map((one) => one[Symbol.asyncDispose]()));
}

async function untilHealthy(node: LocalNode, signal: AbortSignal): Promise<void> {
  while (!(await isHealthy(busSocketOf(node)))) await delay(100, undefined, { signal });
}

function couldNotStart({ role }: LocalNode, cause: unknown): TasukiError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TasukiError("unavailable", `The node ${role} did not start. ${reason}`, { cause });
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error("ended"));
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
