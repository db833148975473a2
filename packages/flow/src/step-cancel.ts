import { cancelFrom, type FlowEffect, type Stepped } from "./flow-effect.ts";
import type { FlowEvent, ReceiptEvent } from "./flow-event.ts";
import type { FlowState } from "./flow-state.ts";

type Cancel = Extract<FlowEvent, { is: "cancel" }>;

/** Reason why a run can't be cancelled; undefined where it can, or is already. */
export function refuseCancel({ id, state }: FlowState): string | undefined {
  switch (state) {
    case "open":
    case "cancelling":
    case "cancelled":
      return undefined;
    case "closing":
    case "closed":
    case "failed":
      return `run ${id} is ${state}; only an open run can be cancelled`;
  }
}

/**
 * Cancels a run. Every role is told, at a higher epoch than that of any task, and the run is `cancelling` until the node of each has signed that
 * nothing of the run is at work there. With `now` main waits for none of them; nor does it where nothing was ever dispatched.
 */
export function stepCancel(state: FlowState, event: Cancel, now: number): Stepped {
  if (state.state === "cancelling") return event.now === true ? end(state, now) : [state, []];
  if (state.state !== "open") return [state, []];
  const { by, reason } = event;
  const { block: _, paused: __, withheld: ___, ...rest } = state;
  const epoch = state.epoch + 1;
  const cancelled = { by, ...(reason !== undefined && { reason }) };
  const cancelling: FlowState = { ...rest, state: "cancelling", epoch, cancelled, stopped: [] };
  const told = state.epoch === 0 ? [] : cancelFrom(state, 0, { epoch, reason: reasonOf(cancelling) });
  const record: FlowEffect = { do: "record", type: "cancel", stage: "main", by, ...(reason !== undefined && { reason }) };
  if (state.epoch > 0 && event.now !== true) return [cancelling, [record, ...told]];
  const [cancelledNow, signed] = end(cancelling, now);
  return [cancelledNow, [record, ...told, ...signed]];
}

function reasonOf({ cancelled }: FlowState): string {
  const by = cancelled?.by ?? "main";
  return cancelled?.reason === undefined ? `cancelled by ${by}` : `cancelled by ${by}: ${cancelled.reason}`;
}

function end(state: FlowState, now: number): Stepped {
  const { stopping: _, ...rest } = state;
  return [{ ...rest, state: "cancelled", endedAt: now }, [{ do: "sign", state: "cancelled", stage: "main", reason: reasonOf(state) }]];
}

/** Steps a run that is being cancelled by a node's word that it has fenced it: nothing of it is at work there, or something still is. */
export function stepFenced(state: FlowState, { receipt }: ReceiptEvent): FlowState {
  const { role, epoch, outcome } = receipt;
  const { stopped = [], stopping = [], ...rest } = state;
  if (state.state !== "cancelling" || epoch !== state.epoch || !state.route.includes(role) || stopped.includes(role)) return state;
  // A node of an earlier release says nothing of what is at work: that it has fenced the run is all that there is to know.
  if (outcome !== "running") return { ...rest, stopped: [...stopped, role], stopping: stopping.filter((one) => one !== role) };
  return stopping.includes(role) ? state : { ...rest, stopped, stopping: [...stopping, role] };
}

/** Asks a node again that has said that something of the run is still at work there. */
export function stepAskStopped(state: FlowState, { stage, epoch }: Extract<FlowEvent, { is: "ask-stopped" }>): Stepped {
  if (state.state !== "cancelling" || epoch !== state.epoch || state.stopping?.includes(stage) !== true) return [state, []];
  return [state, [{ do: "cancel", role: stage, epoch, reason: reasonOf(state) }]];
}

/** Ends a run once every node has said that nothing of it is at work there. */
export function concludeCancel(state: FlowState, now: number): Stepped {
  const isOver = state.state === "cancelling" && state.route.every((role) => state.stopped?.includes(role) === true);
  return isOver ? end(state, now) : [state, []];
}
