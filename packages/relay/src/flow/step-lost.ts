import type { FlowEvent, FlowState, StageFlow, Stepped } from "./run-flow.ts";
import { isAtLeast } from "./run-flow.ts";
import { stepRetry } from "./step-dispatch.ts";

/** Remembers which installation of a role's node is there, and that another one is gone. */
export function stepInstalled(state: FlowState, { role, instance }: Extract<FlowEvent, { is: "installed" }>): FlowState {
  const at = state.route.indexOf(role);
  if (at < 0) return state;
  const earlier = [state.installed[role], state.stages[at]?.instance].filter((one) => one !== undefined && one !== instance);
  const gone = [...new Set([...state.gone, ...earlier.filter((one) => one !== undefined)])].filter((one) => one !== instance);
  if (state.installed[role] === instance && gone.length === state.gone.length) return state;
  return { ...state, installed: { ...state.installed, [role]: instance }, gone };
}

/**
 * Dispatches the first stage that a replaced node can't finish any more, or only the next one where main holds the result already.
 * Where main doesn't hold yet what the stage needs, nothing happens until it does. An undelivered hand-off needs nothing: it arrives.
 */
export function stepLost(state: FlowState, now: number): Stepped {
  const at = state.state === "open" ? state.stages.findIndex((stage, index) => isLost(state, stage, state.stages[index + 1])) : -1;
  const stage = state.stages[at];
  if (stage === undefined) return [state, []];
  const next = stage.rung === "produced" && stage.pulled ? state.route[at + 1] : undefined;
  const reason = `${stage.stage} was replaced: its node is a new installation (${state.installed[stage.stage]})`;
  return stepRetry(state, { is: "retry", stage: next ?? stage.stage, by: "main", reason }, now);
}

/** From its hand-off on, the next holder has the files too, unless that was replaced as well; what waits for a decision over files that main holds goes on waiting. */
function isLost({ gone }: FlowState, { rung, instance, pulled, blockedBy, produced }: StageFlow, next: StageFlow | undefined): boolean {
  if (instance === undefined || !gone.includes(instance) || !isAtLeast(rung, "accepted")) return false;
  if (isAtLeast(rung, "handed-off")) return !pulled && next?.instance !== undefined && gone.includes(next.instance);
  // Main has the hand-off under way itself.
  if (produced !== undefined && next?.from === "main" && next.follows === produced) return false;
  return !(pulled && (blockedBy === "decision" || blockedBy === "check"));
}
