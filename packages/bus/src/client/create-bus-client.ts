import { type Envelope, Health, Status, TaskAnswer } from "@tasuki/protocol";
import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink } from "@trpc/client";
import { EventSource } from "eventsource";
import type { z } from "zod";
import type { BusRouter } from "../server/bus-router.ts";
import type { Identity } from "../identity/identity.ts";
import { clockHeader } from "../wire/operations.ts";
import type { BusClient, BusVerbs } from "./bus-client.ts";
import { boundAnswers, boundEvents } from "./bounded-fetch.ts";
import { notUnderstood, toClientError, whyNot } from "./client-error.ts";
import { createConnections, createHttpFetch } from "./http-fetch.ts";
import { createTypedArtifacts } from "./typed-artifacts.ts";
import { uploadBytes } from "./upload-bytes.ts";
import { watchFeed } from "./watch-feed.ts";

export interface BusClientDeps {
  /** Name of the node that is called. */
  readonly node: string;
  /** Base URL of its bus. */
  readonly url: string;
  readonly identity: Pick<Identity, "outbound">;
  /** Gives a number in [0, 1), which spreads the reconnections of many followers. */
  readonly random?: () => number;
  /** Called with the time that each answer says, milliseconds since 1970, and how long the answer took. Earlier releases say none. */
  readonly onClock?: (says: number, tookMs: number) => void;
  /** Path of the socket by which a node of this machine is called. */
  readonly socketPath?: string;
}

const callMs = 30_000;
/** Time limit of a task. A connection whose other end is gone is silent: the sooner it is given up, the sooner a new one carries the task. */
const taskMs = 10_000;
/** Time limit of an upload, the same as the bus itself has for this size. */
const uploadMs = (bytes: number): number => 30_000 + Math.ceil(bytes / 64);

/** Silence after which a feed's connection is given up: three of its pings. */
const feedSilenceMs = 15_000;

/** Tells of the time that each answer says. */
function withClock(fetch: typeof globalThis.fetch, onClock: BusClientDeps["onClock"]): typeof globalThis.fetch {
  if (onClock === undefined) return fetch;
  return async (input, init) => {
    const asked = performance.now();
    const response = await fetch(input, init);
    const says = response.headers.get(clockHeader) ?? "";
    if (/^[0-9]{1,15}$/.test(says)) onClock(Number(says), performance.now() - asked);
    return response;
  };
}

/**
 * Creates the client of one node's bus, over connections of its own. What the node answers is not trusted: every call has a time limit, answers are
 * bounded before they are parsed (`answerLimits`), and read by schemas that keep what is known. Errors are `TasukiError`.
 */
export function createBusClient({ node, url, identity, random = () => 0.5, onClock, socketPath }: BusClientDeps): BusClient {
  const peer = { node, url };
  const way = { agent: createConnections(), ...(socketPath !== undefined && { socketPath }) };
  const plain = withClock(createHttpFetch(way), onClock);
  const fetch = boundAnswers(plain, peer);
  const fetchFeed = withClock(createHttpFetch({ ...way, silenceMs: feedSilenceMs }), onClock);
  /** Link for the calls whose answers are read by `bounded`. */
  const callsBy = (bounded: typeof globalThis.fetch) =>
    httpLink({
      url: `${url}/trpc`,
      fetch: (input, init) => bounded(input as string | URL, init as RequestInit), // the link's own, narrower types
      headers: async ({ op }) => ({ ...(await identity.outbound(node, url)), ...(op.context["headers"] as Record<string, string>) }),
    });
  const trpc = createTRPCClient<BusRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === "subscription",
        true: httpSubscriptionLink({
          url: `${url}/trpc`,
          EventSource,
          eventSourceOptions: ({ op }) => ({
            fetch: async (input, init) => {
              const headers = { ...init.headers, ...(await identity.outbound(node, url)) };
              const onRefused = op.context["onRefused"] as (error: Error) => void; // as `watch` gives it
              return boundEvents(fetchFeed, peer, { onRefused })(input, { ...init, headers });
            },
          }),
        }),
        false: callsBy(fetch),
      }),
    ],
  });
  const trpcWithin = (mostBytes: number) => createTRPCClient<BusRouter>({ links: [callsBy(boundAnswers(plain, peer, mostBytes))] });
  const within = (ms: number, signal: AbortSignal | undefined): AbortSignal =>
    signal === undefined ? AbortSignal.timeout(ms) : AbortSignal.any([signal, AbortSignal.timeout(ms)]);
  const call = async <S extends z.ZodType>(schema: S, answer: Promise<unknown>): Promise<z.output<S>> => {
    const body = await answer.catch((error: unknown) => Promise.reject(toClientError(error, peer)));
    const parsed = schema.safeParse(body);
    if (!parsed.success) throw notUnderstood(whyNot(parsed.error), peer);
    return parsed.data;
  };

  const verbs: BusVerbs = {
    task(envelope, { files, budgetMs, traceparent, signal } = {}) {
      const headers = {
        ...(budgetMs !== undefined && { "tasuki-budget-ms": String(Math.max(0, Math.floor(budgetMs))) }),
        ...(traceparent !== undefined && { traceparent }),
      };
      return call(TaskAnswer, trpc.task.mutate(toTaskInput(envelope, files), { signal: within(taskMs, signal), context: { headers } }));
    },
    status: (query, { signal, mostBytes } = {}) =>
      call(Status, (mostBytes === undefined ? trpc : trpcWithin(mostBytes)).status.query(query, { signal: within(callMs, signal) })),
    health: ({ signal } = {}) => call(Health, trpc.health.query(undefined, { signal: within(callMs, signal) })),
    watch: (from, options) =>
      watchFeed(
        (next, on) => {
          let refusal: Error | undefined;
          const lost = (): void => on.lost(refusal);
          const subscription = trpc.watch.subscribe(
            { from: next },
            {
              context: { onRefused: (error: Error) => (refusal ??= error) },
              onData: ({ data }) => on.entry(data),
              onStarted: () => on.connected(),
              // The first error ends the connection: EventSource would try again by itself, without growth or jitter, and give up at the first
              // answer that is not 200.
              onConnectionStateChange: ({ state, error }) => void (state === "connecting" && error !== null && lost()),
              onError: lost,
              onStopped: lost,
              onComplete: lost,
            },
          );
          return { end: () => subscription.unsubscribe() };
        },
        { ...options, from, random },
      ),
    async uploadBytes(contract, blob, { signal } = {}) {
      const headers = await identity.outbound(node, url);
      return uploadBytes({ ...peer, contract, blob, headers, fetch, signal: within(uploadMs(blob.size), signal) });
    },
  };
  return { ...verbs, ...createTypedArtifacts(verbs) };
}

/** Input of `task`, with the files that travel with it. */
export function toTaskInput(envelope: Envelope, files: readonly Buffer[] = []): { envelope: Envelope; files?: string[] } {
  return { envelope, ...(files.length > 0 && { files: files.map((bytes) => bytes.toString("base64")) }) };
}
