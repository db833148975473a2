import type { FlowEffect, FlowEvent, FlowState, Stepped } from "./flow-state.ts";
import { newStage } from "./new-flow.ts";

/**
 * Dispatches a stage from main at a new epoch, with the files that main holds of all earlier stages. The stage and all later ones start
 * afresh; earlier ones keep the rungs that they have proven.
 */
export function stepDispatch(state: FlowState, to: { readonly at: number; readonly now: number; readonly reason?: string }): Stepped {
  const epoch = Math.max(state.epoch, ...state.stages.map((stage) => stage.epoch)) + 1;
  const stage = state.route[to.at];
  if (stage === undefined) return [state, []];
  const prev = to.at === 0 ? state.accepted : (state.stages[to.at - 1]?.produced ?? state.accepted);
  const stages = state.stages.map((one, index) => {
    if (index < to.at) return one;
    const fresh = newStage(one.stage, epoch);
    return index === to.at ? { ...fresh, rung: "dispatched" as const, from: "main", follows: prev, times: { dispatched: to.now } } : fresh;
  });
  const { lastHop: _, block: __, ...rest } = state;
  const attachments = [...state.given, ...state.stages.slice(0, to.at).flatMap((one) => one.outputs)];
  return [
    { ...rest, epoch, stages },
    [{ do: "dispatch", stage, epoch, prev, attachments, ...(to.reason !== undefined && { reason: to.reason }) }],
  ];
}

/** Plans a retry: the index of the stage that it would dispatch, or why it is refused. Without a stage `asked` for, the block decides. */
export function planRetry(state: FlowState, asked?: string): { readonly at: number } | { readonly refused: string } {
  if (state.state !== "open") return { refused: `run ${state.id} is ${state.state}; only an open run can be retried` };
  if (state.given.length === 0) return { refused: `run ${state.id} is still at intake; there is no stage to retry yet` };
  const at = asked === undefined ? calledFor(state) : state.route.indexOf(asked);
  const stage = state.stages[at];
  if (stage === undefined)
    return {
      refused:
        asked === undefined
          ? `no stage of run ${state.id} is blocked; name the stage to start again from: ${state.route.join(", ")}`
          : `run ${state.id} has no stage '${asked}'; its stages are ${state.route.join(", ")}`,
    };
  const lacking = state.stages.slice(0, at).find((one) => !one.pulled);
  if (lacking !== undefined)
    return {
      refused: `main does not hold the files of ${lacking.stage} yet, so it can't dispatch ${stage.stage}; retry from ${lacking.stage}`,
    };
  return { at };
}

/** Index of the stage that the block calls for: where a decision sends the work back, the one before; where only the hand-off failed, the next. */
function calledFor(state: FlowState): number {
  const at = state.stages.findIndex((stage) => stage.block !== undefined);
  const stage = state.stages[at];
  if (stage === undefined) return state.block === undefined ? -1 : state.route.length - 1;
  if (stage.block?.kind === "decision") return Math.max(at - 1, 0);
  if (stage.block?.kind === "hand-off" && stage.pulled && at + 1 < state.route.length) return at + 1;
  return at;
}

/** Retries a stage at a new epoch: its role and all later ones are told to drop their work (`cancel`), then the stage is dispatched. */
export function stepRetry(state: FlowState, event: Extract<FlowEvent, { is: "retry" }>, now: number): Stepped {
  if (state.state === "open" && state.given.length === 0 && state.block !== undefined) {
    const { block: _, ...rest } = state;
    return [rest, [{ do: "record", type: "retry", stage: "main", by: event.by, ...reasonOf(event) }]];
  }
  const plan = planRetry(state, event.stage);
  if ("refused" in plan) return [state, []];
  const [next, dispatch] = stepDispatch(state, { at: plan.at, now, ...reasonOf(event) });
  const stage = state.route[plan.at] ?? "main";
  const reason = event.reason ?? `${event.by} asked to retry ${stage}`;
  // All later roles are told, not only those that main saw begin: the work may have gone further than main has heard.
  const told = state.route.slice(plan.at);
  return [
    next,
    [
      { do: "record", type: "retry", stage, by: event.by, ...reasonOf(event) },
      ...told.map((role): FlowEffect => ({ do: "cancel", role, epoch: next.epoch, reason })),
      ...dispatch,
    ],
  ];
}

function reasonOf(event: { readonly reason?: string }): { readonly reason?: string } {
  return event.reason === undefined ? {} : { reason: event.reason };
}
