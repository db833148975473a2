import { cancelFrom, type FlowEffect, type Stepped } from "./flow-effect.ts";
import type { FlowEvent } from "./flow-event.ts";
import { type FlowState, isAtLeast } from "./flow-state.ts";
import { newStage } from "./new-flow.ts";
import { withoutOwnBlock } from "./change-stage.ts";
import { stepDispatch } from "./step-dispatch.ts";

type Held = Extract<FlowEvent, { is: "pause" | "rollback" }>;

/** Reason why a run can't be paused; undefined where it can. */
export function refusePause({ id, state, paused }: FlowState): string | undefined {
  if (state !== "open") return `run ${id} is ${state}; only an open run can be paused`;
  return paused === undefined ? undefined : `run ${id} is paused already, by ${paused.by}`;
}

/** Reason why a run can't be resumed; undefined where it can. */
export function refuseResume({ id, state, paused }: FlowState): string | undefined {
  if (state !== "open") return `run ${id} is ${state}; only a paused run can be resumed`;
  return paused === undefined ? `run ${id} is not paused` : undefined;
}

/** Plans a rollback: the index of the stage that is done again once the run is resumed, or why it is refused. */
export function planRollback(state: FlowState, to: string): { readonly at: number } | { readonly refused: string } {
  const { id, route, paused, withheld } = state;
  if (state.state !== "open") return { refused: `run ${id} is ${state.state}; only an open run can be rolled back` };
  if (state.given.length === 0) return { refused: `run ${id} is still at intake; there is no stage to roll back to yet` };
  const at = route.indexOf(to);
  if (at < 0) return { refused: `run ${id} has no stage '${to}'; its stages are ${route.join(", ")}` };
  const lacking = state.stages.slice(0, at).find(({ rung }) => !isAtLeast(rung, "produced"));
  if (lacking !== undefined)
    return { refused: `${lacking.stage} has no result yet, so run ${id} is not as far as ${to}; roll back to ${lacking.stage}` };
  if (paused !== undefined && withheld === to) return { refused: `run ${id} is paused before ${to} already, by ${paused.by}` };
  return { at };
}

/**
 * Pauses a run: nothing of it begins any more, and what has begun ends its attempt. Stages that have not begun are taken back, so that a hand-off to
 * them is refused; main itself dispatches the first of them once the run is resumed.
 */
export function stepPause(state: FlowState, event: Extract<FlowEvent, { is: "pause" }>, now: number): Stepped {
  if (refusePause(state) !== undefined) return [state, []];
  const at = state.given.length === 0 ? -1 : state.stages.findIndex(({ rung }) => !isAtLeast(rung, "started"));
  return hold(state, { at, stage: state.route[at] ?? "main" }, { event, now });
}

/** Rolls a run back to a stage: what it and all later stages have made, and still do, counts for nothing, and the run is paused before it. */
export function stepRollback(state: FlowState, event: Extract<FlowEvent, { is: "rollback" }>, now: number): Stepped {
  const plan = planRollback(state, event.to);
  return "refused" in plan ? [state, []] : hold(state, { at: plan.at, stage: event.to }, { event, now });
}

/** Pauses a run, and takes its stages back from one of them on; none, where there is no such stage. */
function hold(
  state: FlowState,
  { at, stage }: { readonly at: number; readonly stage: string },
  { event, now }: { readonly event: Held; readonly now: number },
): Stepped {
  const { by, reason } = event;
  const paused = { by, at: state.paused?.at ?? now, ...(reason !== undefined && { reason }) };
  const record: FlowEffect = { do: "record", type: event.is, stage, by, ...(reason !== undefined && { reason }) };
  const withheld = state.route[at];
  if (withheld === undefined) return [{ ...state, paused }, [record]];
  const epoch = Math.max(state.epoch, ...state.stages.map((one) => one.epoch)) + 1;
  const { lastHop: _, ...rest } = withoutOwnBlock(state);
  const stages = state.stages.map((one, index) => (index < at ? one : newStage(one.stage, epoch)));
  const why = event.is === "pause" ? `${by} has paused the run` : `${by} has rolled the run back to ${stage}`;
  const told = cancelFrom(state, at, { epoch, reason: reason === undefined ? why : `${why}: ${reason}` });
  return [{ ...rest, epoch, stages, paused, withheld }, [record, ...told]];
}

/** Resumes a run that was paused: clocks go on from where they were, and main dispatches the stage that it has withheld. */
export function stepResume(state: FlowState, event: Extract<FlowEvent, { is: "resume" }>, now: number): Stepped {
  const { paused, ...rest } = state;
  if (paused === undefined || refuseResume(state) !== undefined) return [state, []];
  const { by, reason } = event;
  const stages = state.stages.map((stage) =>
    stage.since === undefined ? stage : { ...stage, since: stage.since + Math.max(0, now - Math.max(paused.at, stage.since)) },
  );
  return [{ ...rest, stages }, [{ do: "record", type: "resume", stage: "main", by, ...(reason !== undefined && { reason }) }]];
}

/**
 * Steps a run whose next stage was withheld by a pause: hand-offs to it are refused, so main dispatches it itself, once it holds the result of the
 * stage before and its own check has passed.
 */
export function stepWithheld(state: FlowState, now: number): Stepped {
  const at =
    state.withheld === undefined || state.paused !== undefined || state.state !== "open" ? -1 : state.route.indexOf(state.withheld);
  if (at < 0) return [state, []];
  const before = state.stages[at - 1];
  const isReady = before === undefined || (before.checked && before.back !== true && before.block?.kind !== "decision");
  return isReady && state.stages.slice(0, at).every(({ pulled }) => pulled) ? stepDispatch(state, { at, now }) : [state, []];
}
