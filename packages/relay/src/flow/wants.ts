import type { FlowState, FlowWant } from "./run-flow.ts";
import { isAtLeast } from "./run-flow.ts";
import { isReadyToClose } from "./step-ending.ts";

/** What should be under way now. Derived from the state alone, so that it starts again by itself after a restart. */
export function wants(state: FlowState): readonly FlowWant[] {
  if (state.state !== "open") return [];
  const wanted: FlowWant[] = [];
  state.stages.forEach(({ stage, epoch, rung, task, pulled, checked, blockedBy }, at) => {
    if (!isAtLeast(rung, "produced")) return;
    if (!pulled) {
      if (task !== undefined) wanted.push({ want: "pull", stage, epoch, task });
      return;
    }
    // The check of a stage reads its inputs too: everything before it must be here.
    const inputs = state.stages.slice(0, at).every((earlier) => earlier.pulled);
    if (!checked && inputs && blockedBy !== "check") wanted.push({ want: "check", stage, epoch });
  });
  if (isReadyToClose(state)) wanted.push({ want: "closing-check", epoch: state.epoch });
  return wanted;
}
