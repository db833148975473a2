import { Health, type Pipeline } from "@tasuki/contracts";
import type { Store } from "@tasuki/store";
import type { NodeConfig } from "../node/node-config.ts";
import type { SeenRole } from "./pick-versions.ts";

/** The roles whose node main has reached at least once, with what that node said of its contracts the last time. */
export function seenRoles({
  store,
  pipeline,
  roster,
}: {
  readonly store: Pick<Store, "peers">;
  readonly pipeline: Pipeline;
  readonly roster: NodeConfig["roster"];
}): ReadonlyMap<string, SeenRole> {
  const peers = new Map(store.peers().map((peer) => [peer.node, Health.safeParse(peer.health)]));
  return new Map(
    pipeline.roles.flatMap(({ name }): [string, SeenRole][] => {
      const node = roster[name]?.node ?? name;
      const health = peers.get(node);
      return health?.success ? [[name, { node, contracts: health.data.contracts }]] : [];
    }),
  );
}
