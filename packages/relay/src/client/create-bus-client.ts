import { Health, Status, TaskAnswer } from "@tasuki/contracts";
import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink } from "@trpc/client";
import { EventSource } from "eventsource";
import type { z } from "zod";
import type { BusRouter } from "../bus/bus-router.ts";
import type { Identity } from "../identity/identity.ts";
import type { BusClient, BusVerbs } from "./bus-client.ts";
import { notUnderstood, toClientError } from "./client-error.ts";
import { typedArtifacts } from "./typed-artifacts.ts";
import { uploadBytes } from "./upload-bytes.ts";
import { watchFeed } from "./watch-feed.ts";

export interface BusClientDeps {
  /** The role that is called. */
  readonly role: string;
  /** Base URL of its bus. */
  readonly url: string;
  readonly identity: Pick<Identity, "outbound">;
  /** A number in [0, 1): spreads the reconnections of many followers. */
  readonly random?: () => number;
  /** How requests travel: over a unix socket, where the bus is this machine's own. Node's `fetch` by default. */
  readonly fetch?: typeof fetch;
}

const callMs = 30_000;
// A connection whose other end is gone says nothing: the sooner it is given up, the sooner the same bytes are sent over another.
const taskMs = 10_000;
// As long as the bus itself lets an upload of that size take.
const uploadMs = (bytes: number): number => 30_000 + Math.ceil(bytes / 64);

/** The client of one node's bus. Every call has a time limit, answers are parsed, errors are `TasukiError`. */
export function createBusClient({ role, url, identity, random = () => 0.5, fetch = globalThis.fetch }: BusClientDeps): BusClient {
  const peer = { role, url };
  const fetchWithoutRedirect: typeof fetch = (input, init) => fetch(input, { ...init, redirect: "error" });
  const trpc = createTRPCClient<BusRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === "subscription",
        true: httpSubscriptionLink({
          url: `${url}/trpc`,
          EventSource,
          eventSourceOptions: {
            fetch: async (input, init) =>
              fetchWithoutRedirect(input, { ...init, headers: { ...init.headers, ...(await identity.outbound(role, url)) } }),
          },
        }),
        false: httpLink({
          url: `${url}/trpc`,
          fetch: (input, init) => fetchWithoutRedirect(input as string | URL, init as RequestInit), // the link's own, narrower types
          headers: async ({ op }) => ({ ...(await identity.outbound(role, url)), ...(op.context["headers"] as Record<string, string>) }),
        }),
      }),
    ],
  });
  const within = (ms: number, signal: AbortSignal | undefined): AbortSignal =>
    signal === undefined ? AbortSignal.timeout(ms) : AbortSignal.any([signal, AbortSignal.timeout(ms)]);
  const call = async <S extends z.ZodType>(schema: S, answer: Promise<unknown>): Promise<z.output<S>> => {
    const body = await answer.catch((error: unknown) => Promise.reject(toClientError(error, peer)));
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw notUnderstood(parsed.error, peer);
    return parsed.data;
  };

  const verbs: BusVerbs = {
    role,
    task(envelope, { budgetMs, traceparent, signal } = {}) {
      const headers = {
        ...(budgetMs !== undefined && { "tasuki-budget-ms": String(Math.max(0, Math.floor(budgetMs))) }),
        ...(traceparent !== undefined && { traceparent }),
      };
      return call(TaskAnswer, trpc.task.mutate({ envelope }, { signal: within(taskMs, signal), context: { headers } }));
    },
    status: (query, { signal } = {}) => call(Status, trpc.status.query(query, { signal: within(callMs, signal) })),
    health: ({ signal } = {}) => call(Health, trpc.health.query(undefined, { signal: within(callMs, signal) })),
    watch: (from, { signal, onState }) =>
      watchFeed(
        (next, on) => {
          const subscription = trpc.watch.subscribe(
            { from: next },
            {
              onData: ({ data }) => on.entry(data),
              onStarted: () => on.connected(),
              // EventSource would try again by itself, without growth or jitter, and give up at the first answer that is not 200.
              onConnectionStateChange: ({ state, error }) => void (state === "connecting" && error !== null && on.lost()),
              onError: () => on.lost(),
              onStopped: () => on.lost(),
              onComplete: () => on.lost(),
            },
          );
          return { end: () => subscription.unsubscribe() };
        },
        { from, signal, onState, random },
      ),
    async uploadBytes(contract, blob, { signal } = {}) {
      const headers = await identity.outbound(role, url);
      return uploadBytes({ ...peer, contract, blob, headers, fetch, signal: within(uploadMs(blob.size), signal) });
    },
  };
  return { ...verbs, ...typedArtifacts(verbs) };
}
