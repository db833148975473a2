import type { FlowState, StageFlow } from "./run-flow.ts";

/** Changes the stage that an event is about, where it is about the stage's present epoch; else the state as it was. */
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
