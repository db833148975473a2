import type { Block } from "@tasuki/protocol";
import type { FlowEffect, Stepped } from "./flow-effect.ts";
import type { FlowEvent } from "./flow-event.ts";
import { type ClockRule, type FlowState, isAtLeast, type StageFlow } from "./flow-state.ts";
import { clocksOf } from "./new-flow.ts";
import { ladder } from "./ladder.ts";
import { stepNudge, vouchFor } from "./step-nudge.ts";
import { stepRetry } from "./step-retry.ts";
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
  return state.state === "open" && state.paused === undefined ? state.stages.flatMap((stage, at) => pendingOf(state, stage, at)) : [];
}

function pendingOf(state: FlowState, stage: StageFlow, at: number): PendingClock[] {
  const { epoch, rung, fired = [] } = stage;
  if (!isAtLeast(rung, "dispatched") || isAtLeast(rung, "handed-off")) return [];
  const clocks = clocksOf(state, stage.stage);
  return ladder.flatMap(({ rule, waits, since }) => {
    const began = beganAt(since, stage, state);
    if (began === undefined || fired.includes(rule) || !isAwaited(rule, { state, stage, at })) return [];
    // A nudge has some time to help.
    const longer = rule === "scheduleToStart" ? Math.min(nudgedMs, clocks.scheduleToStart) : 0;
    return [{ stage: stage.stage, epoch, rule, at: began + clocks[waits] + longer }];
  });
}

/** Time since when a level of the ladder waits; undefined where it does not. */
function beganAt(since: (typeof ladder)[number]["since"], { stage, since: dispatched, stuckSince }: StageFlow, state: FlowState) {
  switch (since) {
    case "dispatched":
      return dispatched;
    case "blocked":
      return stuckSince;
    case "lost":
      return state.unreachable.includes(stage) ? state.lostSince?.[stage] : undefined;
  }
}

interface Place {
  readonly state: FlowState;
  readonly stage: StageFlow;
  readonly at: number;
}

/** True where a stage that is not handed on waits for a level of the ladder. */
function isAwaited(rule: ClockRule, { state, stage, at }: Place): boolean {
  const { rung, block } = stage;
  switch (rule) {
    case "nudge":
      return block === undefined && !isAtLeast(rung, "started");
    case "retry":
      return isToBeRetried(state, stage) && isWithin(state, at);
    case "reroute":
      // A stage that is only late can be moved; one that waits for a person's decision would be no better on another node.
      return (block === undefined || block.kind === "scheduleToStart" || block.kind === "scheduleToClose") && isWithin(state, at);
    case "scheduleToStart":
      // A place in a queue is no fault: a node that has accepted is nudged, and not blocked.
      return block === undefined && !isAtLeast(rung, "accepted");
    case "scheduleToClose":
      return block === undefined;
  }
}

/** True where main holds all that a dispatch of a stage needs. */
function isWithin({ stages }: FlowState, at: number): boolean {
  return stages.slice(0, at).every(({ pulled }) => pulled);
}

/** True for a stage whose attempts are over, and which main is to retry by itself. */
export function isToBeRetried({ retries = 0, retried = {} }: FlowState, { stage, block }: StageFlow): boolean {
  return block?.kind === "node" && (retried[stage] ?? 0) < retries;
}

/**
 * Time at which the run's deadline passes, by main's clock; undefined where it has none, or a block that comes before it: what a person must do first.
 * A node that main waits to see (`unseen`) is no such thing.
 */
export function pendingDeadline({ state, wantedBy, block }: Pick<FlowState, "state" | "wantedBy" | "block">): number | undefined {
  return state === "open" && (block === undefined || block.kind === "unseen") ? wantedBy : undefined;
}

/** Steps a run when one of its clocks has run out: by the level of the ladder that waited for it. */
export function stepClock(state: FlowState, event: Extract<FlowEvent, { is: "clock" }>, now: number): Stepped {
  const { stage, epoch, rule } = event;
  if (!pendingClocks(state).some((clock) => clock.stage === stage && clock.epoch === epoch && clock.rule === rule)) return [state, []];
  const fired = changeStage(state, event, (before) => ({ ...before, fired: [...(before.fired ?? []), rule] }));
  const unlessRefused = (stepped: Stepped): Stepped => (stepped[1].length === 0 ? [state, []] : stepped);
  switch (rule) {
    case "nudge":
      return [fired, nudgeOf(fired, event)];
    case "retry":
      return unlessRefused(retryByMain(fired, event, now));
    case "reroute":
      return unlessRefused(reroute(fired, event, now));
    case "scheduleToStart":
    case "scheduleToClose":
      return [changeStage(fired, event, (before) => blocked(before, rule, blockOf(state, before, rule))), []];
  }
}

function nudgeOf(state: FlowState, about: Extract<FlowEvent, { is: "clock" }>): readonly FlowEffect[] {
  const { stage } = about;
  const reason = `${stage} has not begun within ${toSeconds(clocksOf(state, stage).scheduleToStart)}`;
  const [, effects] = stepNudge(state, { is: "nudge", stage, by: "main", reason });
  const awaited = state.stages.find((one) => one.stage === stage);
  const isHandedOn = awaited?.rung === "dispatched" && awaited.from !== undefined && awaited.from !== "main";
  // An earlier main may have read the hand-off, and said nothing of it to the node that waits for main's word.
  return isHandedOn ? [...effects, vouchFor(about)] : effects;
}

/** Retries a stage whose attempts are over, as often as the run asks for. */
function retryByMain(state: FlowState, { stage }: Extract<FlowEvent, { is: "clock" }>, now: number): Stepped {
  const { retries = 0, retried = {} } = state;
  const count = (retried[stage] ?? 0) + 1;
  const reason = `all attempts at ${stage} are over; main tries it again by itself, ${count} of ${retries}`;
  return stepRetry({ ...state, retried: { ...retried, [stage]: count } }, { is: "retry", stage, by: "main", reason }, now);
}

/**
 * Has a standby take a stage over from a node that main has lost. Where main holds the result already, it hands that on itself: only the last stage has
 * nobody to whom it could.
 */
function reroute(state: FlowState, { stage, standby }: Extract<FlowEvent, { is: "clock" }>, now: number): Stepped {
  if (standby === undefined) return [state, []];
  const at = state.route.indexOf(stage);
  const next = state.stages[at]?.pulled === true && state.stages[at]?.back !== true ? state.route[at + 1] : undefined;
  const lost = `${state.nodes[stage] ?? stage} has not answered main for ${toSeconds(clocksOf(state, stage).heartbeat)}`;
  if (next !== undefined)
    return stepRetry(state, { is: "retry", stage: next, by: "main", reason: `${lost}; main hands its result on` }, now);
  return stepRetry(state, { is: "retry", stage, on: standby, by: "main", reason: `${lost}; ${standby} takes over` }, now);
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
