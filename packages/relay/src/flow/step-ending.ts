import type { FlowEffect, FlowEvent, FlowState, Stepped } from "./run-flow.ts";
import { changeStage } from "./change-stage.ts";
import { blocked, toReason } from "./stage-block.ts";

/** The full check over everything has ended: the run closes, or is blocked for a decision. */
export function stepClosingChecked(state: FlowState, event: Extract<FlowEvent, { is: "closing-checked" }>): Stepped {
  if (!isReadyToClose(state) || event.epoch !== state.epoch) return [state, []];
  if (event.unmet.length > 0)
    return [
      {
        ...state,
        block: {
          reason: `the run's files do not hold together: ${toReason(event.unmet)}`,
          needs: "a stage that is done again",
          owner: "operator",
          clearsWith: `tasuki retry ${state.id} --from STAGE`,
          unmet: [...event.unmet],
        },
      },
      [],
    ];
  return [
    { ...state, state: "closing", bundle: event.bundle },
    state.route.map((role): FlowEffect => ({ do: "close", role, bundle: event.bundle })),
  ];
}

/** Whether every stage is verified, the last hop has come in, and nothing blocks the run. */
export function isReadyToClose(state: FlowState): boolean {
  return (
    state.state === "open" &&
    state.block === undefined &&
    state.stages.length > 0 &&
    state.stages.every((stage) => stage.rung === "verified")
  );
}

/** A node refused for good what main sent it: a dispatch blocks its stage, a `close` the run. Refused cancels change nothing. */
export function stepRefused(state: FlowState, event: Extract<FlowEvent, { is: "outbox-blocked" }>): FlowState {
  if (state.state === "closing") {
    if (!state.route.includes(event.stage) || state.archived.includes(event.stage)) return state;
    return state.block?.reason === event.block.reason ? state : { ...state, block: { ...event.block, owner: event.stage } };
  }
  return changeStage(state, event, (stage) => (stage.rung === "dispatched" ? blocked(stage, "dispatch", event.block) : stage));
}

/** Ends an open run; every role is told, at a higher epoch than any of its tasks, if anything was dispatched at all. */
export function stepCancel(state: FlowState, event: Extract<FlowEvent, { is: "cancel" }>, now: number): Stepped {
  if (state.state !== "open") return [state, []];
  const reason = event.reason === undefined ? `cancelled by ${event.by}` : `cancelled by ${event.by}: ${event.reason}`;
  const epoch = state.epoch + 1;
  const { block: _, ...rest } = state;
  return [
    { ...rest, state: "cancelled", epoch, endedAt: now },
    [
      ...(state.epoch === 0 ? [] : state.route.map((role): FlowEffect => ({ do: "cancel", role, epoch, reason }))),
      { do: "sign", state: "cancelled", stage: "main", reason },
    ],
  ];
}
