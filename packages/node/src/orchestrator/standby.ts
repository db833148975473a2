import { isTasukiError, type Judge, type Pipeline } from "@tasuki/protocol";
import { nodesOfRole, type Roster } from "@tasuki/bus";
import type { FlowState } from "@tasuki/flow";
import type { Store } from "@tasuki/store";
import { checkNode } from "./check-node.ts";
import { byWeight, nodeOf } from "./placement.ts";
import type { Reachability } from "./reachability.ts";

interface StandbyDeps {
  readonly store: Pick<Store, "blobs" | "peers">;
  readonly judge: Pick<Judge, "plan">;
  readonly pipeline: Pipeline;
  readonly roster: Roster;
  readonly reachability: Pick<Reachability, "isReachable">;
}

/**
 * Standby that can take a stage over from the node that it stands on: another node of the role, which main has a connection to, which uses the run's
 * versions, and from which the run was not taken before. Undefined where there is none, or main is connected to the stage's own node after all.
 */
export async function standbyFor(deps: StandbyDeps, state: FlowState, stage: string): Promise<string | undefined> {
  const { roster, reachability } = deps;
  const own = nodeOf(state, stage, roster);
  if (own === undefined || reachability.isReachable(own)) return undefined;
  const isLeft = (node: string): boolean => state.left?.some((one) => one.role === stage && one.node === node) === true;
  const others = nodesOfRole(roster, stage).filter((node) => node !== own && !isLeft(node) && reachability.isReachable(node));
  for (const on of byWeight(state.id, others)) {
    try {
      await checkNode(deps, state, { stage, on });
      return on;
    } catch (error) {
      if (!isTasukiError(error)) throw error;
    }
  }
  return undefined;
}
