import { isToBeSentBack } from "./step-send-back.ts";
import type { FlowWant } from "./flow-effect.ts";
import { type FlowState, isAtLeast } from "./flow-state.ts";

/** Work that should be under way now. It is derived from the state alone, so that it begins again by itself after a restart. */
export function wants(state: FlowState): readonly FlowWant[] {
  if (state.state === "cancelling")
    return (state.stopping ?? []).map((stage): FlowWant => ({ want: "stopped", stage, epoch: state.epoch }));
  if (state.state !== "open") return [];
  const wanted: FlowWant[] = [];
  state.stages.forEach((one, at) => {
    const { stage, epoch, rung, task, pulled, checked, block } = one;
    if (!isAtLeast(rung, "produced")) return;
    if (!pulled) {
      if (task !== undefined && block?.kind !== "pull") wanted.push({ want: "pull", stage, epoch, task });
      return;
    }
    // The check of a stage reads its inputs too: everything before it must be here.
    const inputs = state.stages.slice(0, at).every((earlier) => earlier.pulled);
    if (!checked && inputs && block?.kind !== "check") wanted.push({ want: "check", stage, epoch });
    if (isToBeSentBack(one) && state.paused === undefined) wanted.push({ want: "send-back", stage, epoch });
  });
  if (isReadyToClose(state)) wanted.push({ want: "closing-check", epoch: state.epoch });
  return wanted;
}

/** True where every stage is verified (the last one needs the last hop for that) and nothing but its deadline blocks the run, nor is it paused. */
export function isReadyToClose(state: FlowState): boolean {
  return (
    state.state === "open" &&
    (state.block === undefined || state.block.kind === "deadline") &&
    state.paused === undefined &&
    state.stages.length > 0 &&
    state.stages.every((stage) => stage.rung === "verified")
  );
}
