import type { RequestListener } from "node:http";
import { TasukiError } from "@tasuki/contracts";
import { listenSocket, problemOf, type RunningNode } from "@tasuki/relay";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { createOperatorRouter } from "./operator-router.ts";

export interface OperatorApiOptions {
  /** Main, running. */
  readonly node: Pick<RunningNode, "role" | "orchestrator" | "local" | "localBus">;
  /** The socket to listen on, at most 107 bytes; only this user and group may open it. */
  readonly path: string;
}

const base = "/operator/";
const maxBodyBytes = 65_536;

/**
 * Serves the operator API on a socket of its own, with main's bus beside it for uploads, tasks and status.
 * Rejects with `invalid_state` where the node is not main, or the socket is taken.
 */
export async function startOperatorApi({ node, path }: OperatorApiOptions): Promise<AsyncDisposable> {
  const { orchestrator, local, localBus, role } = node;
  if (orchestrator === undefined) throw new TasukiError("invalid_state", `Only main has an operator API; this node is ${role}.`);
  const stopping = new AbortController();
  const operator = createHTTPHandler({
    router: createOperatorRouter({ orchestrator, by: local.principal, stopping: stopping.signal }),
    basePath: base,
    maxBodySize: maxBodyBytes,
    allowBatching: false,
    responseMeta: ({ errors }) => (errors[0] === undefined ? {} : { status: problemOf(errors[0]).status }),
  });
  const app: RequestListener = (req, res) => (req.url?.startsWith(base) === true ? operator(req, res) : localBus(req, res));
  const listener = await listenSocket({ app, path });
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await listener[Symbol.asyncDispose]();
    },
  };
}
