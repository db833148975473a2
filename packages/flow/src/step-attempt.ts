import { type AttemptFailure, type FlowEvent, type FlowState, isAtLeast, type StageFlow } from "./flow-state.ts";
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
  if (isAtLeast(stage.rung, "produced") || attempt < stage.attempt) return stage;
  if (says === "active") {
    const { silent, ...rest } = stage;
    return silent === undefined ? stage : rest;
  }
  if ("silentSince" in says) return { ...stage, silent: { attempt, since: says.silentSince } };
  return isSame(stage.failure, { attempt, ...says }) ? stage : { ...stage, failure: { attempt, ...says } };
}

function intakeFailed(state: FlowState, { attempt, says }: AttemptEvent): FlowState {
  if (says === "active" || "silentSince" in says || isSame(state.failure, { attempt, ...says })) return state;
  return { ...state, failure: { attempt, ...says } };
}

function isSame(one: AttemptFailure | undefined, other: AttemptFailure): boolean {
  return one?.attempt === other.attempt && one.at === other.at;
}
