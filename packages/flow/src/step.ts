import { hasEnded } from "@tasuki/protocol";
import type { Stepped } from "./flow-effect.ts";
import type { FlowEvent } from "./flow-event.ts";
import { type FlowState, isAtLeast, type StageFlow } from "./flow-state.ts";
import { blocked, changeStage, isSameBlock, toReason, unblocked, withoutOwnBlock } from "./change-stage.ts";
import { conclude } from "./conclude.ts";
import { stepAttempt } from "./step-attempt.ts";
import { stepAskStopped, stepCancel } from "./step-cancel.ts";
import { stepClose } from "./step-close.ts";
import { stepClock, stepDeadline, stepExtend } from "./step-clock.ts";
import { stepDispatch } from "./step-dispatch.ts";
import { stepAnswer, stepRetry } from "./step-retry.ts";
import { stepClosingChecked, stepFailing, stepRefused } from "./step-ending.ts";
import { stepInstalled, stepLost } from "./step-lost.ts";
import { stepPause, stepResume, stepRollback, stepWithheld } from "./step-pause.ts";
import { stepNudge, vouchFor } from "./step-nudge.ts";
import { stepReceipt } from "./step-receipt.ts";
import { stepSendBack } from "./step-send-back.ts";

/**
 * Steps a run by an event: returns its next state and the effects that must be committed with it. Pure. An event that changes nothing (a
 * repetition, a stale epoch, anything after the end) gives the same state object back and no effect.
 */
export function step(state: FlowState, event: FlowEvent, now: number): Stepped {
  if (hasEnded(state)) return [state, []];
  const [next, effects] = react(state, event, now);
  if (next === state) return [state, effects];
  const [concluded, more] = conclude(next, now);
  const [recovered, dispatches] = stepLost(concluded, now);
  const [released, last] = stepWithheld(recovered, now);
  const all = [...effects, ...more, ...dispatches, ...last];
  const settled = released === concluded ? concluded : conclude(released, now)[0];
  const [ended, told] = stepFailing(settled, now);
  return ended === settled ? [settled, all] : [conclude(ended, now)[0], [...all, ...told]];
}

function react(state: FlowState, event: FlowEvent, now: number): Stepped {
  switch (event.is) {
    case "intake-done": {
      if (state.given.length > 0) return [state, []];
      const { given, sources, accepted, nodes } = event;
      const { failure: _, ...open } = withoutOwnBlock(state);
      const taken = { ...open, given, sources, accepted, nodes };
      const [withheld] = state.route;
      if (state.paused !== undefined && withheld !== undefined) return [{ ...taken, withheld }, []];
      return stepDispatch(taken, { at: 0, now });
    }
    case "intake-blocked":
      if (state.given.length > 0 || isSameBlock(state.block, event.block)) return [state, []];
      // A deadline that has passed waits for a person, and nodes that main has not seen do not.
      return state.block?.kind === "deadline" && event.block.kind === "unseen" ? [state, []] : [{ ...state, block: event.block }, []];
    case "dispatched": {
      const next = changeStage(state, event, (stage, at) => dispatched(stage, event, ["main", state.route[at - 1]]));
      return [next, next !== state && event.ungranted === true ? [vouchFor(event)] : []];
    }
    case "receipt":
      return [stepReceipt(state, event), []];
    case "attempt":
      return [stepAttempt(state, event), []];
    case "pulled":
      return [
        changeStage(state, event, (stage) =>
          stage.pulled || !isAtLeast(stage.rung, "produced")
            ? stage
            : { ...unblocked(stage, ["pull"]), pulled: true, outputs: event.outputs },
        ),
        [],
      ];
    case "pull-failed":
      return [changeStage(state, event, (stage) => pullFailed(stage, event.reason, state.id)), []];
    case "checked":
      return [changeStage(state, event, (stage) => checked(stage, event.unmet, state.id)), []];
    case "send-back":
      return stepSendBack(state, event, now);
    case "closing-checked":
      return stepClosingChecked(state, event);
    case "outbox-blocked":
      return [stepRefused(state, event), []];
    case "peer":
      return [peer(state, event, now), []];
    case "installed":
      return stepInstalled(state, event);
    case "clock":
      return stepClock(state, event, now);
    case "deadline":
      return [stepDeadline(state, event), []];
    case "extend":
      return stepExtend(state, event);
    case "nudge":
      return stepNudge(state, event);
    case "retry":
      return stepRetry(state, event, now);
    case "answer":
      return stepAnswer(state, event, now);
    case "cancel":
      return stepCancel(state, event, now);
    case "close":
      return stepClose(state, event, now);
    case "ask-stopped":
      return stepAskStopped(state, event);
    case "pause":
      return stepPause(state, event, now);
    case "resume":
      return stepResume(state, event, now);
    case "rollback":
      return stepRollback(state, event, now);
  }
}

function dispatched(
  stage: StageFlow,
  event: Extract<FlowEvent, { is: "dispatched" }>,
  senders: readonly (string | undefined)[],
): StageFlow {
  if (!senders.includes(event.from)) return stage;
  // A dispatch of main's own raised the rung at once; its task's id is learned from main's feed.
  if (stage.rung !== "waiting")
    return stage.task === undefined && stage.rung === "dispatched" ? { ...stage, task: event.task, from: event.from } : stage;
  return {
    ...stage,
    rung: "dispatched",
    task: event.task,
    from: event.from,
    ...(event.follows !== undefined && { follows: event.follows }),
    times: { ...stage.times, dispatched: event.at },
  };
}

function pullFailed(stage: StageFlow, reason: string, run: string): StageFlow {
  // Another block asks for a decision already.
  if (stage.pulled || !isAtLeast(stage.rung, "produced") || stage.block !== undefined) return stage;
  return blocked(stage, "pull", {
    reason: `main could not get the files that ${stage.stage} signed for: ${reason}`,
    needs: "a node that gives what it has signed for",
    owner: "operator",
    clearsWith: `tasuki retry ${run} --from ${stage.stage}`,
  });
}

function checked(stage: StageFlow, unmet: Extract<FlowEvent, { is: "checked" }>["unmet"], run: string): StageFlow {
  if (!stage.pulled || stage.checked || stage.block?.kind === "check") return stage;
  if (unmet.length === 0) return { ...unblocked(stage, ["check"]), checked: true };
  return blocked(stage, "check", {
    reason: `${stage.stage} signed files that main's own check refuses: ${toReason(unmet)}`,
    needs: "files that keep the contracts",
    owner: "operator",
    clearsWith: `tasuki retry ${run} --from ${stage.stage}`,
    unmet: [...unmet],
  });
}

function peer(state: FlowState, { role, reachable }: Extract<FlowEvent, { is: "peer" }>, now: number): FlowState {
  if (state.unreachable.includes(role) !== reachable || !state.route.includes(role)) return state;
  const { [role]: _, ...lostSince } = state.lostSince ?? {};
  if (reachable) return { ...state, unreachable: state.unreachable.filter((one) => one !== role), lostSince };
  return { ...state, unreachable: [...state.unreachable, role], lostSince: { ...lostSince, [role]: now } };
}
