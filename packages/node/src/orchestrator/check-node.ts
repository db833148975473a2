import { type AnyRole, artifactOf, Health, type Judge, parseContractRef, type Pipeline, roleOf, TasukiError } from "@tasuki/protocol";
import { nodesOfRole, type Roster } from "@tasuki/bus";
import type { FlowState } from "@tasuki/flow";
import type { Store } from "@tasuki/store";

interface CheckNodeDeps {
  readonly store: Pick<Store, "blobs" | "peers">;
  readonly judge: Pick<Judge, "plan">;
  readonly pipeline: Pipeline;
  readonly roster: Roster;
}

/**
 * Checks that a stage of a run that was taken in can be placed on a node: main's roster has it for that role, main has had an answer of it, and it
 * reads and writes the versions that were pinned at intake. Rejects with `not_found`, `invalid_state`.
 */
export async function checkNode(
  { store, judge, pipeline, roster }: CheckNodeDeps,
  state: Pick<FlowState, "given" | "nodes">,
  { stage, on }: { readonly stage: string; readonly on: string },
): Promise<void> {
  const listed = nodesOfRole(roster, stage);
  if (!listed.includes(on))
    throw new TasukiError("not_found", `main's roster has no node '${on}' of ${stage}; its nodes are ${listed.join(", ") || "none"}.`);
  const health = Health.safeParse((await store.peers()).find(({ node }) => node === on)?.health);
  if (!health.success)
    throw new TasukiError("invalid_state", `main has never had an answer of ${on}, so it can't know which contract versions it uses.`);
  // A node of the first releases takes no task that names nodes, unless it is the one that its role has there.
  if (health.data.features?.includes("nodes") !== true && state.nodes[stage] !== on)
    throw new TasukiError("invalid_state", `${on} is of a release that knows one node of a role: no stage can be moved to it.`);
  const run = state.given.find(({ contract }) => parseContractRef(contract).name === "run");
  if (run === undefined) return;
  const { versions } = await judge.plan({ ...run, by: "main", read: () => store.blobs.read(run.sha256) });
  const lacking = lackingOf(roleOf(pipeline, stage), versions, health.data.contracts);
  if (lacking !== undefined)
    throw new TasukiError("invalid_state", `${on} ${lacking.does} no ${lacking.contract}, which this run uses; place ${stage} elsewhere.`);
}

/** First version of the run that the node of a role does not use as the role has to. */
function lackingOf(role: AnyRole | undefined, versions: Readonly<Record<string, number>>, { reads, writes }: Health["contracts"]) {
  const lacking = (slots: AnyRole["consumes"], does: "reads" | "writes", known: Readonly<Record<string, readonly number[]>>) =>
    slots
      .map((slot) => artifactOf(slot).name)
      .flatMap((name) => {
        const version = versions[name];
        return version === undefined || known[name]?.includes(version) === true ? [] : [{ does, contract: `${name}@${version}` }];
      });
  return [...lacking(role?.consumes ?? [], "reads", reads), ...lacking(role?.produces ?? [], "writes", writes)][0];
}
