import { basename, dirname, join } from "node:path";
import {
  type Complaint,
  type Envelope,
  Health,
  isTasukiError,
  type RunRequest,
  RunStatus,
  Status,
  systemCause,
  systemCode,
  TaskAnswer,
  taskPayloadType,
  TasukiError,
} from "@tasuki/protocol";
import {
  answerLimits,
  boundAnswers,
  boundEvents,
  type BusClient,
  createBusClient,
  createHttpFetch,
  type OperatorLevel,
  operatorLevels,
  toClientError,
} from "@tasuki/bus";
import type { NodeView, NudgeAnswer, RelayView } from "@tasuki/node";
import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink } from "@trpc/client";
import { EventSource } from "eventsource";
import { z } from "zod";
import { toShellWord } from "../render/plain-text.ts";
import type { Decision, MadeLink, OperatorRouter } from "./operator-router.ts";
import { watchRun } from "./watch-run.ts";

type Startable<Kind extends string> = Kind extends "run"
  ? unknown
  : Complaint<`a client starts tasks of kind 'run', not '${Kind}': the others are main's and the roles' own to send, and signed`>;

/** Main's operator API at one of its doors on TCP: the base URL, and the secret of a session, which the loopback door asks for. */
export interface MainUrl {
  readonly url: string;
  readonly session?: string | undefined;
}

/** The operator API as its clients call it, the command line and any other. Rejections are `TasukiError`; `unreachable` where main does not run. */
export interface OperatorClient {
  /** Main's own bus, as far as it is main's operators' too. */
  readonly bus: Pick<BusClient, "status" | "health" | "uploadBytes">;
  /** Starts a run; resolves with its id once main has signed for it. */
  start(request: RunRequest): Promise<string>;
  // An overload for its complaint alone: a kind that does not fit above is refused here, in a sentence.
  start<const Kind extends string>(request: Omit<RunRequest, "kind"> & { readonly kind: Kind & Startable<Kind> }): Promise<string>;
  /** A page of the runs, the newest first: those after the run `after`, if it is named, at most `limit` (50 without it, 1,000 at most). */
  runs(filter?: { open?: boolean; limit?: number; after?: string }): Promise<readonly RunStatus[]>;
  run(id: string): Promise<RunStatus>;
  /** The status of a run now, then after every change, until the run has ended or the signal aborts. A lost connection is made again, for ever. */
  watch(run: string, options: { signal: AbortSignal; onState?: (state: "connected" | "lost") => void }): AsyncIterable<RunStatus>;
  /** Answers of the nodes that hold something of the run, and of main itself: where each stands. */
  nudge(request: { run: string; stage?: string; reason?: string }): Promise<readonly NudgeAnswer[]>;
  /** Does what a person decides about a run, and resolves with the run as it is then. */
  decide(decision: Decision): Promise<RunStatus>;
  /** Plan of what `decide` would do now, in lines for people; it is refused as that is, and changes nothing. */
  plan(decision: Decision): Promise<readonly string[]>;
  nodes(): Promise<readonly NodeView[]>;
  /** Makes a one-time link to the loopback door; over main's own socket alone. */
  link(rights: { level?: OperatorLevel; name?: string }): Promise<MadeLink>;
  /** Main's relay: its profiles, and the view that explains a brief. */
  relay(options?: { signal?: AbortSignal }): Promise<RelayView>;
  /** Answer of one of the relay's views of files: plain JSON, whose shape the relay alone knows. A file without a name is the brief. */
  view(request: { view: string; files: readonly { name?: string; text: string }[] }, options?: { signal?: AbortSignal }): Promise<unknown>;
}

const callMs = 30_000;
const Answer = z.object({ role: z.string(), node: z.string(), says: z.string().optional(), problem: z.string().optional() });
const Relay = z.object({ profiles: z.record(z.string(), z.string()), explain: z.string().optional() });
const Link = z.object({ url: z.string(), principal: z.string(), level: z.enum(operatorLevels), expiresAt: z.number() });

/**
 * The client of the operator API: on main's socket (the path of `<data>/main/operator.sock`), or at a URL. Does no I/O before one of its methods is
 * called.
 */
export function createOperatorClient(main: string | MainUrl): OperatorClient {
  const isLocal = typeof main === "string";
  const socket = isLocal ? { socketPath: main } : {};
  const base = isLocal ? "http://localhost" : main.url.replace(/\/$/, "");
  const url = `${base}/operator`;
  const peer = { node: "main", url: isLocal ? main : base };
  const headers: Record<string, string> = isLocal || main.session === undefined ? {} : { authorization: `Bearer ${main.session}` };
  const plain = createHttpFetch(socket);
  const fetch = boundAnswers(plain, peer);
  // A subscription that is cut off is lost, and made again.
  const fetchEvents = boundEvents(plain, peer, { onRefused: () => undefined, limit: answerLimits.operator });
  const calls = { url, headers, fetch: (input: unknown, init: unknown) => fetch(input as string | URL, init as RequestInit) }; // the link has narrower types of its own
  const trpc = createTRPCClient<OperatorRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === "subscription",
        true: httpSubscriptionLink({
          url,
          EventSource,
          eventSourceOptions: { fetch: (input, init) => fetchEvents(input, { ...init, headers: { ...init.headers, ...headers } }) },
        }),
        false: httpLink(calls),
      }),
    ],
  });
  const bus = createBusClient({ node: "main", url: base, identity: { outbound: async () => headers }, ...socket });
  const refused = (error: unknown): never => {
    const known = isTasukiError(error) ? error : toClientError(error, peer);
    if (known.code !== "unreachable") throw known;
    throw isLocal ? notRunning(main, known) : notReached(base, known);
  };
  const call = async <S extends z.ZodType>(schema: S, answer: Promise<unknown>): Promise<z.output<S>> =>
    schema.parse(await answer.catch(refused));
  const within = (signal?: AbortSignal) => {
    const limit = AbortSignal.timeout(callMs);
    return { signal: signal === undefined ? limit : AbortSignal.any([limit, signal]) };
  };
  const decide = (decision: Decision): Promise<unknown> => {
    switch (decision.is) {
      case "retry":
        return trpc.retry.mutate(decision, within());
      case "answer":
        return trpc.answer.mutate(decision, within());
      case "cancel":
        return trpc.cancel.mutate(decision, within());
      case "pause":
        return trpc.pause.mutate(decision, within());
      case "resume":
        return trpc.resume.mutate(decision, within());
      case "close":
        return trpc.close.mutate(decision, within());
      case "rollback":
        return trpc.rollback.mutate(decision, within());
      case "extend":
        return trpc.extend.mutate(decision, within());
    }
  };

  return {
    bus: {
      status: (query, { signal } = {}) => call(Status, trpc.status.query(query, within(signal))),
      health: ({ signal } = {}) => call(Health, trpc.health.query(undefined, within(signal))),
      uploadBytes: (contract, blob, options) => bus.uploadBytes(contract, blob, options).catch(refused),
    },
    async start(request: Omit<RunRequest, "kind">) {
      const { run } = await call(TaskAnswer, trpc.start.mutate({ envelope: unsigned(request) }, within()));
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
    decide: (decision) => call(RunStatus, decide(decision)),
    plan: (decision) => call(z.array(z.string().max(4096)), trpc.plan.mutate(decision, within())),
    // The router types these; they are shown to people, and no decision is made on them.
    nodes: async () => (await trpc.nodes.query(undefined, within()).catch(refused)) as readonly NodeView[],
    link: (rights) => call(Link, trpc.link.mutate(rights, within())),
    relay: ({ signal } = {}) => call(Relay, trpc.relay.query(undefined, within(signal))),
    view: ({ view, files }, { signal } = {}) => call(z.unknown(), trpc.view.mutate({ view, files: [...files] }, within(signal))),
  };
}

/** An envelope as a script sends it: the bare payload without a signature, which only main's operators may send. */
function unsigned(request: object): Envelope {
  return { payload: Buffer.from(JSON.stringify(request)).toString("base64"), payloadType: taskPayloadType, signatures: [] };
}

/** Error for a main that gave no answer at a URL. */
function notReached(url: string, cause: TasukiError): TasukiError {
  return new TasukiError(
    "unreachable",
    `No operator API of a main answers at ${url}: ${systemCause(cause)}. Main opens it where 'operator' in its config.jsonc says "loopback" or "tailnet"; over the tailnet, the policy must open its port to this machine ('pnpm tasuki acl explain ops main operator').`,
    { cause },
  );
}

/** Error for a main that gave no answer on its socket. It says the cause that the system gave, and advises what can help against that. */
function notRunning(socketPath: string, cause: TasukiError): TasukiError {
  const data = dirname(dirname(socketPath));
  const start = basename(data) === ".tasuki" ? "pnpm dev" : `pnpm tasuki dev --data ${toShellWord(data)}`;
  const said = systemCause(cause);
  const failed = (message: string): TasukiError => new TasukiError("unreachable", message, { cause });
  const code = systemCode(cause) ?? "none";
  switch (code) {
    case "ENOENT":
    case "ECONNREFUSED":
      return failed(
        `No main answers on ${socketPath}: ${said}. Start the relay with '${start}', or name another's folder with --data DIR.`,
      );
    case "EACCES":
    case "EPERM":
      return failed(`${socketPath} can't be opened: ${said}. It is for main's own user and group: ask as one of them.`);
    case "EINVAL":
    case "ENAMETOOLONG":
      return failed(
        `${socketPath} is too long for a socket (at most 107 bytes), so no main listens there: name its folder by a shorter path, or a link.`,
      );
    default:
      return failed(
        `main, on ${socketPath}, gave no answer: ${said}. What it does is in its log: ${join(data, "main", "logs", "node.jsonl")}.`,
      );
  }
}
