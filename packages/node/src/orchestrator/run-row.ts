import { type BlockKind, clipClocks, hasEnded } from "@tasuki/protocol";
import type { RunRow } from "@tasuki/store";
import type { FlowState, StageFlow } from "@tasuki/flow";

/** Row of a run, with the version that was read of it; the store keeps its state unread. */
export function toRunRow(state: FlowState, version: number): RunRow {
  return { id: state.id, version, epoch: state.epoch, ended: hasEnded(state), state, createdAt: state.createdAt };
}

/** State as the first releases wrote it: some parts are absent, and the last hop and the kind of a block have other names. */
type EarlierState = Omit<FlowState, "installed" | "gone" | "nodes" | "stages"> & {
  readonly returned?: FlowState["lastHop"];
  /** Every run had one, which nobody had to ask for, and nothing came of it. */
  readonly deadline?: number;
  readonly stages: readonly (StageFlow & { readonly blockedBy?: BlockKind })[];
};

/** State in a run's row. Only `toRunRow` writes rows, hence the assertion. */
export function stateOf(row: RunRow): FlowState {
  const { returned, deadline: _, ...known } = row.state as EarlierState;
  const { state, block } = known;
  // A block without a kind is from the first releases, which kept only the last refusal, with the role as its owner.
  const refusals = state === "closing" && block !== undefined && block.kind === undefined ? { [block.owner]: block } : undefined;
  const stages = known.stages.map(({ blockedBy: kind, ...stage }) =>
    kind === undefined || stage.block === undefined ? stage : { ...stage, block: { ...stage.block, kind } },
  );
  return {
    installed: {},
    gone: [],
    nodes: {},
    ...(returned && { lastHop: returned }),
    ...(refusals && { refusals }),
    ...known,
    clocks: clipClocks(known.clocks),
    stages,
  };
}

/** True for the row of a run of an earlier release, whose clocks are longer than any may be: `stateOf` clips them. */
export function hasLongClocks({ state }: RunRow): boolean {
  const { clocks } = state as EarlierState;
  return clipClocks(clocks) !== clocks;
}
