import type { Attachment } from "@tasuki/protocol";
import { notesFrom, withoutLaterFaults } from "./author-notes.ts";
import type { Stepped } from "./flow-effect.ts";
import type { FlowState } from "./flow-state.ts";
import { newStage } from "./new-flow.ts";
import { withoutOwnBlock } from "./change-stage.ts";

/**
 * Dispatches a stage from main at a new epoch, with the files that main holds of all earlier stages. The stage and all later ones start
 * afresh; earlier ones keep the rungs that they have proven. A run that is paused goes on with it.
 */
export function stepDispatch(
  state: FlowState,
  to: { readonly at: number; readonly now: number; readonly reason?: string; readonly feedback?: readonly Attachment[] },
): Stepped {
  const epoch = Math.max(state.epoch, ...state.stages.map((stage) => stage.epoch)) + 1;
  const stage = state.route[to.at];
  if (stage === undefined) return [state, []];
  const prev = to.at === 0 ? state.accepted : (state.stages[to.at - 1]?.produced ?? state.accepted);
  const stages = state.stages.map((one, index) => {
    if (index < to.at) return one;
    const fresh = newStage(one.stage, epoch);
    return index === to.at ? { ...fresh, rung: "dispatched" as const, from: "main", follows: prev, times: { dispatched: to.now } } : fresh;
  });
  const { lastHop: _, paused: __, withheld: ___, ...rest } = withoutOwnBlock(withoutLaterFaults(state, to.at));
  const notes = notesFrom(rest, to.at);
  const attachments = [...state.given, ...state.stages.slice(0, to.at).flatMap((one) => one.outputs)];
  return [
    { ...rest, epoch, stages },
    [
      {
        do: "dispatch",
        stage,
        epoch,
        prev,
        attachments,
        ...(to.feedback && { feedback: to.feedback }),
        ...(notes.length > 0 && { notes }),
        ...(to.reason !== undefined && { reason: to.reason }),
      },
    ],
  ];
}
