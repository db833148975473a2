import { createHash } from "node:crypto";
import { Health, type Pipeline } from "@tasuki/protocol";
import { nodesOfRole, type Roster } from "@tasuki/bus";
import type { FlowState, SeenRole } from "@tasuki/flow";
import type { PeerRow } from "@tasuki/store";

/** Node of a run's role: the one that the run is placed on; for a run of the first releases, or before intake, the first of the roster. */
export function nodeOf(state: Pick<FlowState, "nodes">, role: string, roster: Roster): string | undefined {
  return state.nodes[role] ?? nodesOfRole(roster, role)[0];
}

export interface PlacementDeps {
  readonly pipeline: Pick<Pipeline, "roles">;
  readonly roster: Roster;
  /** Last health of each node. */
  readonly peers: readonly PeerRow[];
  readonly isReachable: (node: string) => boolean;
}

/**
 * Places a run: for each role one of its nodes that main has seen once, rather one that it has a connection to. Runs are spread by rendezvous
 * hashing (Thaler and Ravishankar 1998): the same run is placed on the same node whenever the same ones are there. A role none of whose nodes
 * was seen is left out. Where a node of the first releases is among the seen ones, every role has its first node: such a node hands on to the
 * one that it knows of, whatever the task says.
 */
export function placeRun(run: string, { pipeline, roster, peers, isReachable }: PlacementDeps): ReadonlyMap<string, SeenRole> {
  const seen = new Map(
    peers.flatMap(({ node, health }): [string, Health][] => {
      const read = Health.safeParse(health);
      return read.success && Object.hasOwn(roster, node) ? [[node, read.data]] : [];
    }),
  );
  const isPlaced = [...seen.values()].every(({ features }) => features?.includes("nodes") === true);
  return new Map(
    pipeline.roles.flatMap(({ name }): [string, SeenRole][] => {
      const listed = nodesOfRole(roster, name);
      const nodes = (isPlaced ? listed : listed.slice(0, 1)).filter((node) => seen.has(node));
      const there = nodes.filter(isReachable);
      const [node] = (there.length > 0 ? there : nodes).toSorted((one, other) => (weight(run, one) < weight(run, other) ? -1 : 1));
      const health = node === undefined ? undefined : seen.get(node);
      return node === undefined || health === undefined ? [] : [[name, { node, contracts: health.contracts }]];
    }),
  );
}

function weight(run: string, node: string): string {
  return createHash("sha256").update(`${run} ${node}`).digest("hex");
}
