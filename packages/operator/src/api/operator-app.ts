import type { IncomingMessage, RequestListener } from "node:http";
import {
  type Caller,
  continueBody,
  createFailureLog,
  createFollowers,
  escapeAnswer,
  limitArrival,
  maxBodyBytes,
  parseTaskHeaders,
  pathOf,
  permissionsBehind,
  problemOf,
  sendProblem,
} from "@tasuki/bus";
import type { RunningNode } from "@tasuki/node";
import { TasukiError, toProblem } from "@tasuki/protocol";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { admitOperator, base, callOf, demandCall, type OperatorDoor } from "./admit-operator.ts";
import type { Operator } from "./operator.ts";
import { createOperatorRouter, type OperatorRouterDeps } from "./operator-router.ts";

export interface OperatorAppDeps extends Pick<OperatorRouterDeps, "orchestrator" | "sessions" | "makeLink" | "stopping"> {
  /** The node of main, running. */
  readonly node: Pick<RunningNode, "pipeline" | "busFor" | "calls" | "clock" | "logger">;
}

/** Headers of every answer: no page of another origin reads it, and no cache keeps it. */
const headers = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
} as const;

/**
 * Creates the operator API for any of its doors: the procedures, and the bus's own upload handler beside them; nothing else of the bus. All doors have
 * the same calls, and `operatorCalls` says who may make them.
 */
export function createOperatorApp({ node, ...deps }: OperatorAppDeps): (door: OperatorDoor) => RequestListener {
  const { pipeline, calls, clock, logger } = node;
  const logFailure = createFailureLog({ logger, clock });
  const admitted = new WeakMap<IncomingMessage, Operator>();
  const operatorOf = (req: IncomingMessage): Operator => {
    const operator = admitted.get(req);
    if (operator === undefined) throw new TasukiError("internal", "A request reached its procedure without having been admitted.");
    return operator;
  };
  const toCaller = ({ principal, level, stale = false }: Operator): Caller => ({
    principal,
    roles: [],
    nodes: [],
    permissions: level === undefined ? [] : permissionsBehind(pipeline, level),
    stale,
  });
  const procedures = createHTTPHandler({
    router: createOperatorRouter({ ...deps, calls }),
    basePath: base,
    maxBodySize: maxBodyBytes,
    allowBatching: false,
    createContext: ({ req }) => {
      const operator = operatorOf(req);
      return { by: operator.principal, caller: toCaller(operator), headers: parseTaskHeaders(req.headers) };
    },
    onError: ({ error, path, ctx }) => logFailure({ path: `${base}${path}`, principal: ctx?.by }, problemOf(error), error.cause ?? error),
    responseMeta: ({ errors }) => (errors[0] === undefined ? {} : { status: problemOf(errors[0]).status }),
  });

  return (door) => {
    const followers = createFollowers({
      demand: async (req) => demandCall(await door.identify(req), "watch"),
      onCut: (error, { principal }) => logFailure({ path: `${base}watch`, principal }, toProblem(error), error),
      instead: "ask for the run now and then",
    });
    const uploads = node.busFor({
      only: ["upload"],
      browsers: "own-page",
      allowedHosts: () => door.allowedHosts(),
      identify: async (req) => toCaller(await door.identify(req)),
    });
    const serve: (...args: Parameters<RequestListener>) => Promise<void> = async (req, res) => {
      const call = await admitOperator(door, req, (operator) => admitted.set(req, operator));
      if (call === "upload") return uploads(req, res);
      limitArrival(req, res);
      continueBody(req, res);
      // The callback of `escapeAnswer` is called at once.
      escapeAnswer(req, res, () => undefined);
      if (call === "watch") followers.take({ req, res, caller: { principal: operatorOf(req).principal, roles: [] } });
      procedures(req, res);
    };
    return (req, res) => {
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
      serve(req, res).catch((error: unknown) => {
        const call = callOf(pathOf(req));
        const problem = toProblem(error);
        logFailure({ path: call && pathOf(req), principal: admitted.get(req)?.principal }, problem, error);
        sendProblem(req, res, { problem, ...(call !== undefined && call !== "upload" && { procedure: call }) });
      });
    };
  };
}
