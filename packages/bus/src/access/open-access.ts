import type { RequestListener } from "node:http";
import { join } from "node:path";
import type { Clock, Logger, Pipeline } from "@tasuki/protocol";
import type { Identity } from "../identity/identity.ts";
import { createLocalApi, defaultSocket } from "../identity/local-api.ts";
import { createLoopbackIdentity } from "../identity/loopback-identity.ts";
import { openTailnet, rolesApart, type TailnetSelf } from "../identity/tailnet.ts";
import { createTailscaleIdentity } from "../identity/tailscale-identity.ts";
import type { Policy } from "../permission/policy.ts";
import { type BusListener, listenBus, type PortSetting } from "../server/listen.ts";
import type { AccessConfig } from "./access-config.ts";
import { listenOnTailnet } from "./tailscale-listener.ts";

export interface AccessDeps {
  readonly role: string;
  readonly pipeline: Pipeline;
  /** The node's data folder. */
  readonly data: string;
  readonly config: AccessConfig;
  readonly policy: Policy;
  readonly clock: Pick<Clock, "monotonic">;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly logger: Logger;
}

/** Access of other machines to this node: who they are, and where it listens for them. Disposing does not end the listener. */
export interface Access extends AsyncDisposable {
  readonly identity: Identity;
  /** Listens where the provider allows it, once that is possible; the signal ends the wait. The port is that of the bus unless `at` gives another. */
  listen(app: RequestListener, at?: { readonly port?: PortSetting; readonly signal?: AbortSignal | undefined }): Promise<BusListener>;
  /** Gives the `Host` values that name the bus of a listener, lower case. */
  hosts(bus: Pick<BusListener, "url" | "port">): readonly string[];
}

/** Opens access by the provider that the configuration names. */
export async function openAccess(deps: AccessDeps): Promise<Access> {
  return deps.config.identity.provider === "tailscale" ? openTailscaleAccess(deps, deps.config.identity) : openLoopbackAccess(deps);
}

function openLoopbackAccess({ role, data, config, policy }: AccessDeps): Access {
  const { host = "127.0.0.1", port } = config.listen;
  const identity = createLoopbackIdentity({ folder: join(data, "identity"), role, policy, roster: config.roster });
  return {
    identity,
    listen: (app, at) => listenBus({ app, host, port, ...at?.port }),
    hosts: (bus) => [new URL(bus.url).host, `localhost:${bus.port}`],
    [Symbol.asyncDispose]: () => identity[Symbol.asyncDispose](),
  };
}

async function openTailscaleAccess(
  { role, pipeline, config, policy, clock, random, logger }: AccessDeps,
  { socket = defaultSocket, maxUnheardMinutes }: Extract<AccessConfig["identity"], { provider: "tailscale" }>,
): Promise<Access> {
  const { host, port } = config.listen;
  await using opened = new AsyncDisposableStack();
  const localApi = opened.use(createLocalApi({ socket }));
  const maxUnheardMs = maxUnheardMinutes === null ? Number.POSITIVE_INFINITY : maxUnheardMinutes * 60_000;
  const tailnet = opened.use(await openTailnet({ localApi, role, apart: rolesApart(pipeline, role), host, logger, clock }));
  const identity = opened.use(createTailscaleIdentity({ localApi, tailnet, role, roster: config.roster, policy, clock, maxUnheardMs }));
  // `self` outlasts a tailnet that is down: a caller who uses the machine's name then gets 503 (`identity_unavailable`), and not `wrong_host`.
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
    listen: (app, at) => listenOnTailnet({ app, host, port, tailnet, random, logger, ...at?.port, signal: at?.signal }),
    hosts(bus) {
      const { addresses, name } = self ?? { addresses: [], name: "" };
      const named = name === "" ? [] : [name, name.replace(/\..*/, "")];
      return [...addresses.map((one) => (one.includes(":") ? `[${one}]` : one)), ...named].map((one) => `${one.toLowerCase()}:${bus.port}`);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
