import type { IncomingMessage, RequestListener } from "node:http";
import {
  checkShape,
  type Clock,
  type Judge,
  type Logger,
  type Pipeline,
  TasukiError,
  toInputError,
  toProblem,
  unknownKeys,
} from "@tasuki/protocol";
import type { DiskFloor, Store } from "@tasuki/store";
import { createExpressMiddleware } from "@trpc/server/adapters/express";
import express, { type NextFunction, type Request, type Response } from "express";
import { z } from "zod";
import type { Caller } from "../identity/identity.ts";
import { clockHeader, operations, routes } from "../wire/operations.ts";
import { maxBodyBytes, parseTaskBody, parseTaskHeaders } from "../wire/task-request.ts";
import { type AdmissionDeps, admit, type Admitted, pathOf } from "./admission.ts";
import { type BusHandlers, createBusCalls } from "./bus-calls.ts";
import { createBusRouter } from "./bus-router.ts";
import { createFollowers } from "./followers.ts";
import { continueBody, createBodyReader, limitArrival } from "./request-body.ts";
import { sendProblem } from "./send-problem.ts";
import { escapeAnswer, toJson } from "./to-json.ts";
import { problemOf } from "./trpc-problem.ts";
import { createFailureLog } from "./failure-log.ts";
import { createUpload } from "./upload.ts";

export interface BusAppDeps extends AdmissionDeps {
  readonly pipeline: Pipeline;
  readonly handlers: BusHandlers;
  readonly store: Pick<Store, "blobs" | "addBlob">;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly diskFloor: DiskFloor;
  /** Judges uploads by their contracts. */
  readonly judge: Judge;
}

/** Creates the bus of a node in both spellings, for any listener (TCP, a unix socket). Any other path or method gets an RFC 9457 problem, 404 or 405. */
export function createBusApp(deps: BusAppDeps): RequestListener {
  const { role, handlers, identify, logger, clock } = deps;
  const calls = createBusCalls({ role, handlers });
  const upload = createUpload(deps);
  const admitted = new WeakMap<IncomingMessage, Admitted>();
  const callerOf = (req: IncomingMessage): Caller => {
    const caller = admitted.get(req)?.caller;
    if (caller === undefined) throw new TasukiError("internal", "A request reached its operation without having been admitted.");
    return caller;
  };

  const logFailure = createFailureLog({ logger, clock });
  const bodies = createBodyReader();
  const followers = createFollowers({
    demand: async (req) => calls.demandFeed(await identify(req)),
    onCut: (error, { principal }) => logFailure({ path: "/trpc/watch", principal }, toProblem(error), error),
    instead: "read the feed by its pages, GET /status?from=0",
  });

  const app = express();
  app.disable("x-powered-by").disable("etag").enable("strict routing").enable("case sensitive routing");
  app.use(async (req, res, next) => {
    limitArrival(req, res);
    res.setHeader(clockHeader, clock.now());
    const admission = await admit(deps, req);
    admitted.set(req, admission);
    // Express would answer these headers with an empty 304 (`If-None-Match: *`), though no answer may be cached.
    delete req.headers["if-none-match"];
    delete req.headers["if-modified-since"];
    const { kind } = admission.route.operation;
    // An upload asks for its body itself, once its contract and size are granted.
    if (kind !== "upload") continueBody(req, res);
    if (kind === "subscription") followers.take({ req, res, caller: admission.caller });
    next();
  });
  app.post(operations.task.rest.path, async (req, res) => {
    const caller = callerOf(req);
    if (req.is("application/json") === false)
      throw new TasukiError("unsupported_media_type", "A task is application/json: a DSSE envelope, or the bare payload.");
    checkQuery(req, noNames);
    const body = parseTaskBody(await bodies.read(req, caller));
    const headers = { ...parseTaskHeaders(req.headers), isByHand: body.envelope.signatures.length === 0 };
    const { answer, replayed } = await calls.task(body, headers, caller);
    if (replayed) res.set("Idempotent-Replayed", "true");
    res.status(operations.task.rest.status).location(`/status?task=${answer.task}`).type("json").send(toJson(answer));
  });
  app.get(operations.status.rest.path, async (req, res) => {
    checkQuery(req, operations.status.input);
    const query = operations.status.input.safeParse(req.query);
    if (!query.success) throw toInputError("malformed_request", { place: "query", error: query.error, value: req.query });
    res.type("json").send(toJson(await calls.status(query.data, callerOf(req))));
  });
  app.get(operations.health.rest.path, async (req, res) => {
    checkQuery(req, noNames);
    res.type("json").send(toJson(await calls.health(callerOf(req))));
  });
  app.post(operations.upload.rest.path, (req, res) => {
    checkQuery(req, operations.upload.input);
    return upload({ req, res, caller: callerOf(req) });
  });
  // tRPC parses a body whatever its shape: it is given one that was read and looked at before, as the other spelling's is.
  app.post("/trpc/task", async (req, _res, next) => {
    const body = await bodies.read(req, callerOf(req));
    checkShape(body, "body");
    req.body = body.toString("utf8");
    next();
  });
  app.use(
    "/trpc",
    escapeAnswer,
    createExpressMiddleware({
      router: createBusRouter(calls),
      createContext: ({ req }) => ({ caller: callerOf(req), headers: parseTaskHeaders(req.headers) }),
      maxBodySize: maxBodyBytes,
      allowBatching: false,
      onError: ({ error, path, ctx }) =>
        logFailure({ path: `/trpc/${path}`, principal: ctx?.caller.principal }, problemOf(error), error.cause ?? error),
      // The status is set here because tRPC has no code for some problems (507).
      responseMeta: ({ errors }) => (errors[0] === undefined ? {} : { status: problemOf(errors[0]).status }),
    }),
  );
  // oxlint-disable-next-line max-params -- Express knows an error handler by its four parameters
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) => {
    // A request that was destroyed before it was complete has lost its client, and gets no answer.
    if (req.destroyed && !req.complete) return void res.destroy();
    const path = pathOf(req);
    const route = routes.get(path);
    const problem = toProblem(error);
    logFailure({ path: route && path, principal: admitted.get(req)?.caller.principal }, problem, error);
    const isProcedure = route?.spelling === "trpc" && problem.code !== "method_not_allowed";
    sendProblem(req, res, {
      problem,
      ...(problem.code === "method_not_allowed" && route !== undefined && { allow: route.method }),
      ...(isProcedure && { procedure: route.name }),
    });
  });
  return app;
}

const noNames = z.looseObject({});

/** Checks that a query has no name that nobody reads: a misspelt one would be answered as if it were not there. Throws `malformed_request`. */
function checkQuery({ query }: Request, known: z.ZodType): void {
  const unmet = unknownKeys(known, query, "query");
  const [first] = unmet;
  if (first === undefined) return;
  throw new TasukiError(
    "malformed_request",
    `The query has a name that is not known here, ${first.got}: ${first.expected}; ${first.fix}.`,
    {
      unmet,
    },
  );
}
