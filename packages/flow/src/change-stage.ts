import { type Block, type BlockKind, shortened, type Unmet } from "@tasuki/protocol";
import type { FlowState, StageFlow } from "./flow-state.ts";

/** State with one stage changed: the one that the event is `about`, at its present epoch. Any other epoch gives the same state object. */
export function changeStage(
  state: FlowState,
  about: { readonly stage: string; readonly epoch: number },
  change: (stage: StageFlow, at: number) => StageFlow,
): FlowState {
  const at = state.stages.findIndex((stage) => stage.stage === about.stage);
  const before = state.stages[at];
  if (before === undefined || before.epoch !== about.epoch || before.epoch === 0) return state;
  const after = change(before, at);
  return after === before ? state : { ...state, stages: state.stages.with(at, after) };
}

/** Stage with a block of this kind, whose reason may quote a node at any length; the same object where it has that very block already. */
export function blocked(stage: StageFlow, kind: BlockKind, block: Block): StageFlow {
  const raised = { ...block, kind, reason: shortened(block.reason) };
  return isSameBlock(stage.block, raised) ? stage : { ...stage, block: raised };
}

/** Stage without its block, where that is of one of the kinds; else the same object. */
export function unblocked(stage: StageFlow, kinds: readonly BlockKind[]): StageFlow {
  if (stage.block?.kind === undefined || !kinds.includes(stage.block.kind)) return stage;
  const { block: _, ...rest } = stage;
  return rest;
}

/** State without its own block, unless that is of its deadline, which nothing but time or an end can mend. */
export function withoutOwnBlock<S extends Pick<FlowState, "block">>(state: S): S {
  if (state.block === undefined || state.block.kind === "deadline") return state;
  const { block: _, ...rest } = state;
  return rest as S; // `block` is optional in it
}

/** True where both blocks say the same, word for word: the second is a repetition, which changes nothing. */
export function isSameBlock(one: Block | undefined, other: Block): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Reason of a block, in one sentence: the first line that is unmet, and how many more there are. */
export function toReason(unmet: readonly Unmet[]): string {
  const [first] = unmet;
  if (first === undefined) return "nothing is unmet";
  const where = first.line === undefined ? first.file : `${first.file}:${first.line}`;
  const more = unmet.length > 1 ? ` (and ${unmet.length - 1} more)` : "";
  return `${where}: expected ${first.expected}, got ${first.got}${more}`;
}
