// A relay of real nodes in this process, with the operator API on main's socket, as `tasuki` finds both on a machine.
import { once } from "node:events";
import { join } from "node:path";
import type { Pipeline } from "@tasuki/protocol";
import { type StageWork, startTestRelay, type TestRelay } from "@tasuki/node/testing";
import { vi } from "vitest";
import { createOperatorClient, type OperatorClient } from "../api/operator-client.ts";
import { startOperatorApi } from "../api/start-operator-api.ts";
import { letterRelay, letterWork } from "./letter-relay.ts";

/** Options of a wait for facts about real nodes on a busy machine. */
export const waiting = { timeout: 20_000 };

export interface OperatedRelay extends AsyncDisposable {
  readonly relay: TestRelay;
  /** The relay's data folder, for `--data`. */
  readonly data: string;
  /** The socket of the operator API. */
  readonly socket: string;
  readonly client: OperatorClient;
  /** Stops a role's node, once main has an answer of it: main starts no stage before it knows what every role reads. */
  stopKnown(role: string): Promise<void>;
  /** Stops main with its operator API, as a process that ends does. */
  stopMain(): Promise<void>;
  startMain(): Promise<void>;
}

export interface OperatedRelayOptions {
  /** The work of some roles; the others succeed at once. */
  readonly work?: Partial<Record<keyof typeof letterWork, StageWork>>;
  /** Roles that are not started yet. */
  readonly without?: readonly string[];
  /** Views of the relay, which has none otherwise. */
  readonly views?: Pipeline["views"];
  /** The view that explains a brief. */
  readonly explain?: string;
}

export async function startOperatedRelay({ work, without = [], views, explain }: OperatedRelayOptions = {}): Promise<OperatedRelay> {
  const intake = { ...letterRelay.intake, ...(explain !== undefined && { explain }) };
  const pipeline: Pipeline = { ...letterRelay, intake, ...(views !== undefined && { views }) };
  const relay = await startTestRelay({ pipeline, work: { ...letterWork, ...work }, without });
  const socket = join(relay.data, "main", "operator.sock");
  const client = createOperatorClient(socket);
  const startApi = () => startOperatorApi({ node: relay.node("main"), path: socket });
  let api: AsyncDisposable | undefined = await startApi();
  const stopApi = async (): Promise<void> => {
    await api?.[Symbol.asyncDispose]();
    api = undefined;
  };
  return {
    relay,
    data: relay.data,
    socket,
    client,
    async stopKnown(role) {
      const isKnown = async () => (await client.nodes()).some((node) => node.role === role && node.health !== undefined);
      await vi.waitUntil(isKnown, waiting);
      await relay.stop(role);
      await vi.waitUntil(async () => (await client.nodes()).some((node) => node.role === role && !node.reachable), waiting);
    },
    async stopMain() {
      await stopApi();
      await relay.stop("main");
    },
    async startMain() {
      await relay.start("main");
      api = await startApi();
    },
    async [Symbol.asyncDispose]() {
      await stopApi();
      await relay[Symbol.asyncDispose]();
    },
  };
}

/** Work that waits until it is released, or its attempt is over. */
export function heldWork(work: StageWork): { readonly work: StageWork; release(): void } {
  const released = new AbortController();
  return {
    async work(stage, signal) {
      const over = AbortSignal.any([released.signal, signal]);
      if (!over.aborted) await once(over, "abort");
      signal.throwIfAborted();
      return work(stage, signal);
    },
    release: () => released.abort(),
  };
}
