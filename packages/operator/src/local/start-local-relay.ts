import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { TasukiError } from "@tasuki/contracts";
import { systemClock } from "@tasuki/relay";
import { childEnvironment } from "../cli/env.ts";
import { repository } from "../cli/repository.ts";
import { findApps } from "./find-apps.ts";
import { isHealthy } from "./is-healthy.ts";
import { type KeptProcess, keepProcess } from "./kept-process.ts";
import { busSocketOf, toLocalNodes } from "./local-nodes.ts";
import type { LocalNode, LocalRelay, LocalRelayOptions } from "./local-relay.ts";

const timing = { restart: 1_000, quick: 10_000, longest: 60_000, grace: 10_000 };

/**
 * Starts a process per role (`prepareLocalRelay` must have made their folders), and resolves when all are healthy. One that dies is
 * started again after a second. Rejects, and leaves no process, where a node dies five times before it was healthy.
 */
export async function startLocalRelay({ data, portBase, onLine, signal }: LocalRelayOptions): Promise<LocalRelay> {
  const apps = await findApps(repository);
  const nodes = toLocalNodes({ data, portBase }).map((node) => ({ node, program: programOf(apps, node.role) }));
  const kept: KeptProcess[] = [];
  await using starting = new AsyncDisposableStack();
  starting.defer(() => endAll(kept));
  const started = nodes.map(({ node, program }) => {
    const one = keepProcess({
      program,
      environment: childEnvironment({ TASUKI_DATA: node.data }),
      healthy: (over) => untilHealthy(node, over),
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

function couldNotStart(node: LocalNode, cause: unknown): TasukiError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TasukiError(
    "unavailable",
    `The node ${node.role} did not start. ${reason} Its log: ${join(node.data, "logs", "node.jsonl")}`,
    {
      cause,
    },
  );
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
