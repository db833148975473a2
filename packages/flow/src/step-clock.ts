import type { Block } from "@tasuki/protocol";
import type { FlowEffect, Stepped } from "./flow-effect.ts";
import { type ClockRule, type FlowEvent, type FlowState, isAtLeast, type StageFlow } from "./flow-state.ts";
import { clocksOf } from "./new-flow.ts";
import { stepNudge, vouchFor } from "./step-nudge.ts";
import { blocked, changeStage } from "./change-stage.ts";

/** Milliseconds after which a nudge has helped if it can help: the longest wait of an outbox between two tries. */
const nudgedMs = 15_000;

/** Clock that runs, of one stage and rule. */
export interface PendingClock {
  readonly stage: string;
  readonly epoch: number;
  readonly rule: ClockRule;
  /** Time at which it runs out, by main's clock. */
  readonly at: number;
}

/** Pending clocks of a run. A stage that has proven the awaited rung, or is blocked already, has none; nor has a run that is paused. */
export function pendingClocks(state: FlowState): readonly PendingClock[] {
  return state.state === "open" && state.paused === undefined ? state.stages.flatMap((stage) => pendingOf(state, stage)) : [];
}

function pendingOf(state: FlowState, { stage, epoch, rung, since, fired = [], block }: StageFlow): PendingClock[] {
  if (since === undefined || block !== undefined || !isAtLeast(rung, "dispatched") || isAtLeast(rung, "handed-off")) return [];
  const { scheduleToStart, scheduleToClose } = clocksOf(state, stage);
  const all: { rule: ClockRule; at: number; waits: boolean }[] = [
    { rule: "nudge", at: since + scheduleToStart, waits: !isAtLeast(rung, "started") },
    // A place in a queue is no fault: a node that has accepted is nudged, and not blocked.
    { rule: "scheduleToStart", at: since + scheduleToStart + Math.min(nudgedMs, scheduleToStart), waits: !isAtLeast(rung, "accepted") },
    { rule: "scheduleToClose", at: since + scheduleToClose, waits: true },
  ];
  return all.flatMap(({ rule, at, waits }) => (waits && !fired.includes(rule) ? [{ stage, epoch, rule, at }] : []));
}

/**
 * Time at which the run's deadline passes, by main's clock; undefined where it has none, or a block that comes before it: what a person must do first.
 * A node that main waits to see (`unseen`) is no such thing.
 */
export function pendingDeadline({ state, wantedBy, block }: Pick<FlowState, "state" | "wantedBy" | "block">): number | undefined {
  return state === "open" && (block === undefined || block.kind === "unseen") ? wantedBy : undefined;
}

/** Steps a run when one of its clocks has run out: first a nudge, then a block that the awaited rung clears. */
export function stepClock(state: FlowState, event: Extract<FlowEvent, { is: "clock" }>): Stepped {
  const { stage, epoch, rule } = event;
  if (!pendingClocks(state).some((clock) => clock.stage === stage && clock.epoch === epoch && clock.rule === rule)) return [state, []];
  const next = changeStage(state, event, (before) => {
    const fired = { ...before, fired: [...(before.fired ?? []), rule] };
    return rule === "nudge" ? fired : blocked(fired, rule, blockOf(state, before, rule));
  });
  const effects: readonly FlowEffect[] =
    rule === "nudge"
      ? stepNudge(next, {
          is: "nudge",
          stage,
          by: "main",
          reason: `${stage} has not begun within ${toSeconds(clocksOf(state, stage).scheduleToStart)}`,
        })[1]
      : [];
  const awaited = next.stages.find((one) => one.stage === stage);
  const isHandedOn = awaited?.rung === "dispatched" && awaited.from !== undefined && awaited.from !== "main";
  // An earlier main may have read the hand-off, and said nothing of it to the node that waits for main's word.
  if (rule === "nudge" && isHandedOn) return [next, [...effects, vouchFor(event)]];
  return [next, effects];
}

function blockOf(state: FlowState, { stage, from = "main" }: StageFlow, rule: "scheduleToStart" | "scheduleToClose"): Block {
  const away = state.unreachable.includes(stage) ? ", and it does not answer main" : "";
  const { scheduleToStart, scheduleToClose } = clocksOf(state, stage);
  if (rule === "scheduleToStart")
    return {
      reason: `${stage} has not accepted its task within ${toSeconds(scheduleToStart)}${away}`,
      needs: away === "" ? `${stage} to accept the task that ${from} is sending to it` : `${stage} running and reachable`,
      owner: stage,
      clearsWith: `the receipt 'accepted' of ${stage}`,
    };
  return {
    reason: `${stage} has not handed on its result within ${toSeconds(scheduleToClose)}${away}`,
    needs: "the hand-off, which is not refused for being late, or the stage done again",
    owner: "operator",
    clearsWith: `the hand-off of ${stage}, or tasuki retry ${state.id} --from ${stage}`,
  };
}

/** Blocks a run whose deadline has passed. Nothing is refused or ended for it: what is under way goes on, and is taken. */
export function stepDeadline(state: FlowState, { due }: Extract<FlowEvent, { is: "deadline" }>): FlowState {
  if (pendingDeadline(state) !== due) return state;
  return {
    ...state,
    block: {
      kind: "deadline",
      reason: `the run was wanted by ${new Date(due).toISOString()}, and that has passed`,
      needs: "its end, for what is under way goes on and is not refused for being late, or a later deadline",
      owner: "operator",
      clearsWith: `the end of its work, or tasuki retry ${state.id} --deadline TIME`,
    },
  };
}

/** Reason why a run can't be given another deadline; undefined where it can. */
export function refuseExtend({ id, state }: FlowState): string | undefined {
  return state === "open" ? undefined : `run ${id} is ${state}; its work is over, and so is its deadline`;
}

/** Gives a run another deadline, which clears the block of the earlier one. */
export function stepExtend(
  state: FlowState,
  { wantedBy, by, reason = `wanted by ${new Date(wantedBy).toISOString()}` }: Extract<FlowEvent, { is: "extend" }>,
): Stepped {
  if (refuseExtend(state) !== undefined || wantedBy === state.wantedBy) return [state, []];
  const { block, ...rest } = state;
  const kept = block === undefined || block.kind === "deadline" ? {} : { block };
  return [{ ...rest, ...kept, wantedBy }, [{ do: "record", type: "extend", stage: "main", by, reason }]];
}

function toSeconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`;
}
