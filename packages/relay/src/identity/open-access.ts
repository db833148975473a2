import type { RequestListener } from "node:http";
import { join } from "node:path";
import type { Clock, Logger, Pipeline } from "@tasuki/contracts";
import { type BusListener, listenBus } from "../bus/listen.ts";
import type { NodeConfig } from "../node/node-config.ts";
import type { Policy } from "../permission/policy.ts";
import { createLocalApi, defaultSocket } from "./create-local-api.ts";
import type { Identity } from "./identity.ts";
import { createLoopbackIdentity } from "./loopback-identity.ts";
import { rolesApart } from "./roles-apart.ts";
import { createTailscaleIdentity } from "./tailscale-identity.ts";
import { listenOnTailnet } from "./tailscale-listener.ts";
import { openTailnet, type TailnetSelf } from "./tailnet.ts";

export interface AccessDeps {
  readonly role: string;
  readonly pipeline: Pipeline;
  /** The node's data folder. */
  readonly data: string;
  readonly config: NodeConfig;
  readonly policy: Policy;
  readonly clock: Pick<Clock, "monotonic">;
  readonly logger: Logger;
}

/** How other machines come to this node: who they are, and where it listens for them. Disposing ends neither listener. */
export interface Access extends AsyncDisposable {
  readonly identity: Identity;
  /** Listens where the provider allows it, once that is possible; the signal ends the wait. */
  listen(app: RequestListener, signal?: AbortSignal): Promise<BusListener>;
  /** `Host` values that name the bus that a listener serves, lower case. */
  hosts(bus: Pick<BusListener, "url" | "port">): readonly string[];
}

/** The provider that the configuration names. */
export async function openAccess(deps: AccessDeps): Promise<Access> {
  return deps.config.identity.provider === "tailscale" ? openTailscaleAccess(deps, deps.config.identity) : openLoopbackAccess(deps);
}

function openLoopbackAccess({ role, data, config, policy }: AccessDeps): Access {
  const { host = "127.0.0.1", port } = config.listen;
  const identity = createLoopbackIdentity({ folder: join(data, "identity"), role, policy, roster: config.roster });
  return {
    identity,
    listen: (app) => listenBus({ app, host, port }),
    hosts: (bus) => [new URL(bus.url).host, `localhost:${bus.port}`],
    [Symbol.asyncDispose]: () => identity[Symbol.asyncDispose](),
  };
}

async function openTailscaleAccess(
  { role, pipeline, config, policy, clock, logger }: AccessDeps,
  { socket = defaultSocket, maxUnheardMinutes }: Extract<NodeConfig["identity"], { provider: "tailscale" }>,
): Promise<Access> {
  const { host, port } = config.listen;
  await using opened = new AsyncDisposableStack();
  const localApi = opened.use(createLocalApi({ socket }));
  const maxUnheardMs = maxUnheardMinutes === null ? Number.POSITIVE_INFINITY : maxUnheardMinutes * 60_000;
  const tailnet = opened.use(await openTailnet({ localApi, role, apart: rolesApart(pipeline, role), host, logger, clock }));
  const identity = opened.use(createTailscaleIdentity({ localApi, tailnet, role, roster: config.roster, policy, clock, maxUnheardMs }));
  // A tailnet that is away leaves the machine its names: who is calling can't be told then (503), but the caller was right to call.
  let self: TailnetSelf | undefined;
  const remember = (): void => {
    const state = tailnet.state();
    if (state.is === "up") ({ self } = state);
  };
  remember();
  opened.defer(tailnet.onChange(remember));
  const stack = opened.move();
  return {
    identity,
    listen: (app, signal) => listenOnTailnet({ app, host, port, tailnet, logger, signal }),
    hosts(bus) {
      const { addresses, name } = self ?? { addresses: [], name: "" };
      const named = name === "" ? [] : [name, name.replace(/\..*/, "")];
      return [...addresses.map((one) => (one.includes(":") ? `[${one}]` : one)), ...named].map((one) => `${one.toLowerCase()}:${bus.port}`);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
