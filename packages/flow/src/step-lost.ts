import type { Stepped } from "./flow-effect.ts";
import type { FlowEvent } from "./flow-event.ts";
import { type FlowState, isAtLeast, type StageFlow } from "./flow-state.ts";
import { stepRetry } from "./step-retry.ts";

/** Replaced installations that are remembered: more than one node may be within a run's life. */
const goneAtMost = 32;

/**
 * Steps a run whose node of a role is this installation now; any earlier one is remembered as gone. Where an earlier one has archived the
 * run, that counts, and the new one is told of the end as well: a hand-off that is still on its way would find a node that knows of none.
 */
export function stepInstalled(state: FlowState, { role, instance }: Extract<FlowEvent, { is: "installed" }>): Stepped {
  const at = state.route.indexOf(role);
  if (at < 0) return [state, []];
  const earlier = [state.installed[role], state.stages[at]?.instance].filter((one) => one !== undefined && one !== instance);
  const gone = [...new Set([...state.gone, ...earlier.filter((one) => one !== undefined)])]
    .filter((one) => one !== instance)
    .slice(-goneAtMost);
  if (state.installed[role] === instance && gone.length === state.gone.length) return [state, []];
  const { bundle } = state;
  const isTold = bundle !== undefined && state.archived.includes(role) && gone.length > state.gone.length;
  return [{ ...state, installed: { ...state.installed, [role]: instance }, gone }, isTold ? [{ do: "close", role, bundle }] : []];
}

/**
 * Steps a run with a lost stage: one that a replaced node can't finish any more. The first of them is dispatched again, or only the next
 * stage where main holds the result already. Nothing happens until main holds the files that the dispatch needs. A hand-off that is still
 * on its way loses nothing: it arrives.
 */
export function stepLost(state: FlowState, now: number): Stepped {
  const at =
    state.state === "open" && state.paused === undefined
      ? state.stages.findIndex((stage, index) => isLost(state, stage, state.stages[index + 1]))
      : -1;
  const stage = state.stages[at];
  if (stage === undefined) return [state, []];
  const next = stage.rung === "produced" && stage.pulled ? state.route[at + 1] : undefined;
  const reason = `${stage.stage} was replaced: its node is a new installation (${state.installed[stage.stage]})`;
  return stepRetry(state, { is: "retry", stage: next ?? stage.stage, by: "main", reason }, now);
}

/**
 * True where a stage stands on an installation that is gone, and nobody else can finish it. From its hand-off on, the next holder has the
 * files too, unless that was replaced as well. A stage that waits for a decision over files that main holds goes on waiting.
 */
function isLost({ gone }: FlowState, { rung, instance, pulled, block, produced, back }: StageFlow, next: StageFlow | undefined): boolean {
  if (instance === undefined || !gone.includes(instance) || !isAtLeast(rung, "accepted")) return false;
  if (isAtLeast(rung, "handed-off")) return !pulled && next?.instance !== undefined && gone.includes(next.instance);
  // Main itself has dispatched the next stage with this result.
  if (produced !== undefined && next?.from === "main" && next.follows === produced) return false;
  return !(pulled && (back === true || block?.kind === "decision" || block?.kind === "check"));
}
