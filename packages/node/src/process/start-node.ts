import { randomUUIDv7 } from "node:crypto";
import { statfs } from "node:fs/promises";
import { join } from "node:path";
import { openKeys, openTrust } from "@tasuki/evidence";
import { type Clock, TasukiError } from "@tasuki/protocol";
import { openStore } from "@tasuki/store";
import {
  type BusClient,
  createBusApp,
  createBusCalls,
  createBusClient,
  createPolicyState,
  type Identity,
  listenSocket,
  localCaller,
  openAccess,
  parsePolicy,
  roleOfNode,
  type Roster,
  watchDrift,
} from "@tasuki/bus";
import { composeNode } from "./compose-node.ts";
import { createSalts } from "./salts.ts";
import { clientWithFailpoints, type Reach, storeWithFailpoints } from "./failpoint.ts";
import { type ClockSkews, createClockSkews } from "../status/clock-skews.ts";
import type { NodeOptions, RunningNode } from "./node.ts";

/**
 * Starts one node: opens store, keys, trust, policy and identity, composes the node out of them, and listens; then it works. Rejects with a
 * `TasukiError` that says what to mend. Disposing ends it in order: subscriptions and listeners, consumer, outbox, main's flow, projections,
 * store.
 */
export async function startNode(options: NodeOptions): Promise<RunningNode> {
  const { role, pipeline, data, config, clock, random, logger, judge, reach } = options;
  const { roster } = config;
  const node = config.node ?? role;
  const newId = (): string => randomUUIDv7();
  const own = roleOfNode(roster, node);
  if (own !== undefined && own !== role)
    throw new TasukiError(
      "invalid_state",
      `The roster of this node, '${node}' of role '${role}', has its own name for one of '${own}': mend config.jsonc.`,
    );
  if (role !== "main" && config.operator.listen.length > 0)
    throw new TasukiError(
      "invalid_state",
      `Only main has an operator API; this node is '${role}': take 'operator' out of its config.jsonc.`,
    );
  const roles = [...pipeline.roles.map(({ name }) => name), "main"];
  for (const [name, entry] of Object.entries(roster))
    if (!roles.includes(entry.role))
      throw new TasukiError(
        "invalid_state",
        `roster.${name} in config.jsonc: this relay has no role '${entry.role}'; write "role", one of: ${roles.join(", ")}.`,
      );
  await using opened = new AsyncDisposableStack();

  const policy = parsePolicy(options.policy);
  const plain = opened.use(await openStore({ folder: data, node, clock, newId, logger }));
  const store = reach === undefined ? plain : storeWithFailpoints(plain, reach);
  const keys = await openKeys(join(data, "keys"));
  const trust = await openTrust(join(data, "trust"));
  checkTrust(trust.nodes(), { data, known: [...Object.keys(roster), ...roles, node] });
  const access = opened.use(await openAccess({ role, pipeline, data, config, policy, clock, random, logger }));
  const identity = watchDrift(access.identity, { policy, role, logger });
  const skews = createClockSkews({ boundMs: config.limits.clockSkewMs, logger });
  const clientFor = createClients({ node, roster, identity, random, reach, clock, skews });
  const composed = opened.use(
    composeNode(options, {
      node,
      store,
      signer: keys.receipt,
      trust,
      identity,
      policyState: createPolicyState({
        text: options.policy,
        pipeline,
        drift: identity.drift,
        unheardMs: () => identity.unheardMs?.() ?? 0,
        clock,
      }),
      clientFor,
      skews,
      newId,
      salt: createSalts(),
      freeBytes: async () => {
        const { bavail, bsize } = await statfs(data);
        return bavail * bsize;
      },
    }),
  );
  const { handlers, orchestrator, diskFloor } = composed;

  const local = localCaller(policy, role);
  const app = { role, pipeline, handlers, store, logger, clock, diskFloor, judge };
  const busFor: RunningNode["busFor"] = (admission) => createBusApp({ ...app, ...admission });
  const localBus = busFor({ identify: async () => local, allowedHosts: () => ["localhost"] });
  const socket = opened.use(await listenSocket({ app: localBus, path: join(data, "bus.sock") }));
  let hosts = (): readonly string[] => [];
  const busApp = busFor({
    identify: ({ socket: { remoteAddress = "", remotePort = 0 }, headers: { authorization } }) =>
      identity.identify({ address: remoteAddress, port: remotePort, authorization }),
    allowedHosts: () => hosts(),
  });
  const bus = opened.use(await access.listen(busApp, { signal: options.signal }));
  hosts = () => access.hosts(bus);

  composed.start();
  const escape = await (options.executor ?? options.extractor)?.describeEscape?.();
  if (escape !== undefined) logger.warn({}, escape);
  const failed = Promise.race([store.failed, bus.failed, socket.failed]);
  failed.catch(() => undefined);
  const stack = opened.move();
  return {
    role,
    node,
    get url() {
      return bus.url;
    },
    store,
    handlers,
    local,
    localBus,
    busFor,
    calls: createBusCalls({ role, handlers }),
    access: { ...access, identity },
    config,
    pipeline,
    clock,
    logger,
    ...(orchestrator && { orchestrator }),
    failed,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Checks that each node whose keys are pinned is one that is known. Throws `invalid_state`: the keys of a misspelt one would verify nothing. */
function checkTrust(pinned: readonly string[], { data, known }: { readonly data: string; readonly known: readonly string[] }): void {
  const stranger = pinned.find((one) => !known.includes(one));
  if (stranger === undefined) return;
  const names = [...new Set(known)].toSorted().join(", ");
  throw new TasukiError(
    "invalid_state",
    `${join(data, "trust", stranger)} pins keys of a node that is not known here: name the folder as the node (${names}), add '${stranger}' to 'roster' in config.jsonc, or remove the folder.`,
  );
}

interface ClientsDeps {
  /** The node whose roster it is. */
  readonly node: string;
  readonly roster: Roster;
  readonly identity: Identity;
  readonly random: () => number;
  readonly reach: Reach | undefined;
  readonly clock: Pick<Clock, "now">;
  readonly skews: Pick<ClockSkews, "read">;
}

/** Clients of nodes by name, each at the address that this node's roster gives. Calling it throws `unknown_role` where the roster gives none. */
function createClients({ node: own, roster, identity, random, reach, clock, skews }: ClientsDeps) {
  const clients = new Map<string, BusClient>();
  return (node: string): BusClient => {
    const known = clients.get(node);
    if (known !== undefined) return known;
    const url = roster[node]?.url;
    if (url === undefined)
      throw new TasukiError(
        "unknown_role",
        `'${node}' is not in the roster of ${own}: add it to the config.jsonc there, and start ${own} again.`,
      );
    const onClock = (says: number, tookMs: number): void => {
      const answered = clock.now();
      skews.read(node, { says, asked: answered - tookMs, answered });
    };
    const plain = createBusClient({ node, url: url.replace(/\/$/, ""), identity, random, onClock });
    const client = reach === undefined ? plain : clientWithFailpoints(plain, reach);
    clients.set(node, client);
    return client;
  };
}
