import type { FlowEvent } from "./flow-event.ts";
import { type FlowState, isAtLeast, type StageFlow } from "./flow-state.ts";
import { changeStage } from "./change-stage.ts";

type AttemptEvent = Extract<FlowEvent, { readonly is: "attempt" }>;

/** Steps a run by what the node of a stage says of an attempt while attempts go on. It moves no rung: it is shown, and proves nothing. */
export function stepAttempt(state: FlowState, event: AttemptEvent): FlowState {
  const { stage: name, node, epoch } = event;
  if (name === "main") return epoch === 0 && state.given.length === 0 ? intakeFailed(state, event) : state;
  const placed = state.nodes[name];
  if (placed !== undefined && placed !== node) return state;
  return changeStage(state, event, (stage) => told(stage, event));
}

function told(stage: StageFlow, { attempt, says }: AttemptEvent): StageFlow {
  // An attempt has begun when its node has signed that, ends once, and is silent until it is active again: else words that nobody signs could change
  // a run for ever.
  if (isAtLeast(stage.rung, "produced") || attempt !== stage.attempt) return stage;
  if (says === "active") {
    const { silent, ...rest } = stage;
    return silent === undefined ? stage : rest;
  }
  if ("silentSince" in says) return stage.silent?.attempt === attempt ? stage : { ...stage, silent: { attempt, since: says.silentSince } };
  return stage.failure?.attempt === attempt ? stage : { ...stage, failure: { attempt, ...says } };
}

/** State with a failure of main's own attempt to take the run in; a retry begins them at 1 again. */
function intakeFailed(state: FlowState, { attempt, says }: AttemptEvent): FlowState {
  if (says === "active" || "silentSince" in says || (state.failure?.attempt === attempt && state.failure.at === says.at)) return state;
  return { ...state, failure: { attempt, ...says } };
}
