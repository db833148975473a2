import type { RequestListener } from "node:http";
import { TasukiError } from "@tasuki/protocol";
import { listenSocket, problemOf } from "@tasuki/bus";
import type { RunningNode } from "@tasuki/node";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { createOperatorRouter } from "./operator-router.ts";

export interface OperatorApiOptions {
  /** The node of main, running. */
  readonly node: Pick<RunningNode, "role" | "orchestrator" | "local" | "localBus">;
  /** The path of the socket to listen on, at most 107 bytes; only this user and group may open it. */
  readonly path: string;
}

const base = "/operator/";
// The files of a view are the largest of bodies: a brief may have 64 Ki characters of four bytes.
const maxBodyBytes = 1024 * 1024;

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
