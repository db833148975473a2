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
 * was seen is left out. A node of the first releases hands on to the one node of a role that it knows of, whatever the task says: it is left out
 * where its role has another one. Where it has none, every role has its first node.
 */
export function placeRun(run: string, { pipeline, roster, peers, isReachable }: PlacementDeps): ReadonlyMap<string, SeenRole> {
  const seen = new Map(
    peers.flatMap(({ node, health }): [string, Health][] => {
      const read = Health.safeParse(health);
      return read.success && Object.hasOwn(roster, node) ? [[node, read.data]] : [];
    }),
  );
  const seenOf = (role: string): readonly string[] => nodesOfRole(roster, role).filter((node) => seen.has(node));
  const ableOf = (role: string): readonly string[] => seenOf(role).filter((node) => seen.get(node)?.features?.includes("nodes") === true);
  const isPlaced = pipeline.roles.every(({ name }) => seenOf(name).length === 0 || ableOf(name).length > 0);
  return new Map(
    pipeline.roles.flatMap(({ name }): [string, SeenRole][] => {
      const [first] = nodesOfRole(roster, name);
      const nodes = isPlaced ? ableOf(name) : seenOf(name).filter((node) => node === first);
      const there = nodes.filter(isReachable);
      const [node] = byWeight(run, there.length > 0 ? there : nodes);
      const health = node === undefined ? undefined : seen.get(node);
      return node === undefined || health === undefined ? [] : [[name, { node, contracts: health.contracts }]];
    }),
  );
}

/** Nodes in the order in which a run would be placed on them. */
export function byWeight(run: string, nodes: readonly string[]): readonly string[] {
  return nodes.toSorted((one, other) => (weight(run, one) < weight(run, other) ? -1 : 1));
}

function weight(run: string, node: string): string {
  return createHash("sha256").update(`${run} ${node}`).digest("hex");
}
