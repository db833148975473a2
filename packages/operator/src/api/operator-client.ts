import { basename, dirname } from "node:path";
import { type Complaint, type Envelope, isTasukiError, type RunRequest, RunStatus, taskPayloadType, TasukiError } from "@tasuki/contracts";
import { type BusClient, createBusClient, type NodeView, type NudgeAnswer, toClientError } from "@tasuki/relay";
import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink } from "@trpc/client";
import { EventSource } from "eventsource";
import { z } from "zod";
import type { OperatorRouter } from "./operator-router.ts";
import { createSocketFetch } from "./socket-fetch.ts";
import { watchRun } from "./watch-run.ts";

type Startable<Kind extends string> = Kind extends "run"
  ? unknown
  : Complaint<`a client starts tasks of kind 'run', not '${Kind}': the others are main's and the roles' own to send, and signed`>;

/** What the command line, and any other surface on main's machine, calls. Rejections are `TasukiError`; `unreachable` where main does not run. */
export interface OperatorClient {
  /** Main's own bus. */
  readonly bus: Pick<BusClient, "status" | "health" | "uploadBytes">;
  /** Starts a run; resolves with its id once main has signed for it. */
  start(request: RunRequest): Promise<string>;
  // Only for its complaint: what didn't fit above is said here in a sentence.
  start<const Kind extends string>(request: Omit<RunRequest, "kind"> & { readonly kind: Kind & Startable<Kind> }): Promise<string>;
  /** Newest first. */
  runs(filter?: { open?: boolean; limit?: number }): Promise<readonly RunStatus[]>;
  run(id: string): Promise<RunStatus>;
  /** The state now, then after every change, until the run has ended or the signal; reconnects for ever. */
  watch(run: string, options: { signal: AbortSignal; onState?: (state: "connected" | "lost") => void }): AsyncIterable<RunStatus>;
  /** What each node that holds something of the run, or main itself, says about where it stands. */
  nudge(request: { run: string; stage?: string; reason?: string }): Promise<readonly NudgeAnswer[]>;
  retry(request: { run: string; stage?: string; reason?: string }): Promise<RunStatus>;
  cancel(request: { run: string; reason?: string }): Promise<RunStatus>;
  nodes(): Promise<readonly NodeView[]>;
}

const callMs = 30_000;
const Answer = z.object({ role: z.string(), says: z.string().optional(), problem: z.string().optional() });
const url = "http://localhost/operator";

/** The client of the operator API on main's socket (`<data>/main/operator.sock`). Does no I/O before it is called. */
export function createOperatorClient(socketPath: string): OperatorClient {
  const fetch = createSocketFetch(socketPath);
  const trpc = createTRPCClient<OperatorRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === "subscription",
        true: httpSubscriptionLink({ url, EventSource, eventSourceOptions: { fetch } }),
        false: httpLink({ url, fetch: (input, init) => fetch(input as string | URL, init as RequestInit) }), // the link's own, narrower types
      }),
    ],
  });
  const bus = createBusClient({ role: "main", url: "http://localhost", identity: { outbound: async () => ({}) }, fetch });
  const refused = (error: unknown): never => {
    const known = isTasukiError(error) ? error : toClientError(error, { role: "main", url: socketPath });
    throw known.code === "unreachable" ? notRunning(socketPath, known) : known;
  };
  const call = async <S extends z.ZodType>(schema: S, answer: Promise<unknown>): Promise<z.output<S>> =>
    schema.parse(await answer.catch(refused));
  const within = () => ({ signal: AbortSignal.timeout(callMs) });

  return {
    bus: {
      status: (query, options) => bus.status(query, options).catch(refused),
      health: (options) => bus.health(options).catch(refused),
      uploadBytes: (contract, blob, options) => bus.uploadBytes(contract, blob, options).catch(refused),
    },
    async start(request: Omit<RunRequest, "kind">) {
      const { run } = await bus.task(unsigned(request)).catch(refused);
      return run;
    },
    runs: (filter = {}) => call(z.array(RunStatus), trpc.runs.query(filter, within())),
    run: (run) => call(RunStatus, trpc.run.query({ run }, within())),
    watch: (run, options) =>
      watchRun((on) => {
        const subscription = trpc.watch.subscribe(
          { run },
          {
            onData: (status) => on.status(status),
            onStarted: () => on.connected(),
            onConnectionStateChange: ({ state, error }) => void (state === "connecting" && error !== null && on.lost()),
            onError: () => on.lost(),
            onStopped: () => on.lost(),
            onComplete: () => on.lost(),
          },
        );
        return { end: () => subscription.unsubscribe() };
      }, options),
    nudge: (request) => call(z.array(Answer), trpc.nudge.mutate(request, within())),
    retry: (request) => call(RunStatus, trpc.retry.mutate(request, within())),
    cancel: (request) => call(RunStatus, trpc.cancel.mutate(request, within())),
    // Main's own view of its peers: typed by the router, shown to people, and decided on by nobody.
    nodes: async () => (await trpc.nodes.query(undefined, within()).catch(refused)) as readonly NodeView[],
  };
}

/** A task as a script sends it: the bare payload, which only main's operators may send. */
function unsigned(request: object): Envelope {
  return { payload: Buffer.from(JSON.stringify(request)).toString("base64"), payloadType: taskPayloadType, signatures: [] };
}

function notRunning(socketPath: string, cause: TasukiError): TasukiError {
  const data = dirname(dirname(socketPath));
  const start = basename(data) === ".tasuki" ? "pnpm dev" : `pnpm tasuki dev --data ${data}`;
  return new TasukiError(
    "unreachable",
    `No main answers on ${socketPath}. Start the relay with '${start}', or name another's folder with --data DIR.`,
    { cause },
  );
}
