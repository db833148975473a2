import { randomBytes } from "node:crypto";
import { TasukiError } from "@tasuki/protocol";
import { type BusListener, listenBus, listenSocket } from "@tasuki/bus";
import type { RunningNode } from "@tasuki/node";
import { createOperatorApp } from "./operator-app.ts";
import { localOperator, toOperator } from "./operator.ts";
import type { OperatorRouterDeps } from "./operator-router.ts";
import { createSessions } from "./sessions.ts";

export interface OperatorApiOptions {
  /** The node of main, running. */
  readonly node: Pick<RunningNode, "role" | "orchestrator" | "busFor" | "calls" | "access" | "config" | "pipeline" | "clock" | "logger">;
  /** The path of the socket to listen on, at most 107 bytes; only this user and group may open it. */
  readonly path: string;
}

export interface OperatorApi extends AsyncDisposable {
  /** Base URLs of the doors that the configuration opens beside the socket. */
  readonly urls: Readonly<Partial<Record<"loopback" | "tailnet", string>>>;
  /** Rejects when a door fails after it was opened; never resolves. */
  readonly failed: Promise<never>;
}

/**
 * Serves main's operator API: on a socket of its own, and at the doors that the configuration opens beside it. Rejects with `invalid_state` where the
 * node is not main, or a door is taken.
 */
export async function startOperatorApi({ node, path }: OperatorApiOptions): Promise<OperatorApi> {
  const { orchestrator, access, clock, logger, role } = node;
  const { listen, port } = node.config.operator;
  if (orchestrator === undefined) throw new TasukiError("invalid_state", `Only main has an operator API; this node is ${role}.`);
  const stopping = new AbortController();
  const sessions = createSessions({ clock, newSecret: () => randomBytes(32).toString("base64url") });
  let loopback: BusListener | undefined;
  const makeLink: OperatorRouterDeps["makeLink"] = (rights, by) => {
    if (loopback === undefined)
      throw new TasukiError(
        "invalid_state",
        'main\'s operator API has no door on 127.0.0.1 that a link could lead to: write "operator": { "listen": ["loopback"] } in its config.jsonc, and start main again.',
      );
    const { secret, ...link } = sessions.link(rights);
    logger.info({ by, principal: link.principal, level: link.level }, "a one-time link to the operator API was made");
    return { ...link, url: `${loopback.url}/#link=${secret}` };
  };
  const appFor = createOperatorApp({ node, orchestrator, sessions, makeLink, stopping: stopping.signal });

  await using opened = new AsyncDisposableStack();
  const socketApp = appFor({ allowedHosts: () => ["localhost"], identify: async () => localOperator });
  const socket = opened.use(await listenSocket({ app: socketApp, path }));
  const at = { port, setting: "operator.port" };
  if (listen.includes("loopback")) {
    const app = appFor({
      takesLinks: true,
      allowedHosts: () => (loopback === undefined ? [] : [`127.0.0.1:${loopback.port}`, `localhost:${loopback.port}`]),
      identify: async ({ headers: { authorization } }) => sessions.find(authorization),
    });
    loopback = opened.use(await listenBus({ app, host: "127.0.0.1", ...at }));
  }
  let tailnet: BusListener | undefined;
  if (listen.includes("tailnet")) {
    const app = appFor({
      allowedHosts: () => (tailnet === undefined ? [] : access.hosts(tailnet)),
      identify: async ({ socket: { remoteAddress = "", remotePort = 0 } }) =>
        toOperator(await access.identity.identify({ address: remoteAddress, port: remotePort })),
    });
    tailnet = opened.use(await access.listen(app, { port: at, signal: stopping.signal }));
  }
  const urls = { ...(loopback && { loopback: loopback.url }), ...(tailnet && { tailnet: tailnet.url }) };
  if (listen.length > 0) logger.info(urls, "the operator API listens");
  const failed = Promise.race([socket, loopback, tailnet].flatMap((door) => door?.failed ?? []));
  failed.catch(() => undefined);
  const stack = opened.move();
  return {
    urls,
    failed,
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await stack.disposeAsync();
    },
  };
}
