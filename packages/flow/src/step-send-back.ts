import { cancelFrom, type Stepped } from "./flow-effect.ts";
import type { FlowEvent } from "./flow-event.ts";
import { type FlowState, isAtLeast, type Round, type StageFlow } from "./flow-state.ts";
import { notedForRound } from "./author-notes.ts";
import { blocked, changeStage } from "./change-stage.ts";
import { stepDispatch } from "./step-dispatch.ts";

/** Times that a run's work may be sent back by itself, where the run asks for no other number. */
const defaultRounds = 2;

/** Most times that work of a run is sent back by itself. */
export function roundsOf({ rounds = defaultRounds }: Pick<FlowState, "rounds">): number {
  return rounds;
}

/** True for a stage whose result sends the work back, once main holds it and has checked it, and nobody has decided anything yet. */
export function isToBeSentBack({ rung, back, pulled, checked, block }: StageFlow): boolean {
  return rung === "produced" && back === true && pulled && checked && (block === undefined || block.kind === "scheduleToClose");
}

/** Index of the stage that takes the feedback of a later one, whose work it is; undefined where none does. */
export function targetOf(
  { route }: Pick<FlowState, "route">,
  { stage, feedback }: Pick<StageFlow, "stage" | "feedback">,
): number | undefined {
  const to = feedback === undefined ? -1 : route.indexOf(feedback.to);
  return to >= 0 && to < route.indexOf(stage) ? to : undefined;
}

/**
 * Sends work back to the earlier stage that takes the deciding file as feedback, at a new epoch; or blocks the stage for a decision, where no node
 * takes it, the run's rounds are used up, or the round before has changed nothing.
 */
export function stepSendBack(state: FlowState, event: Extract<FlowEvent, { is: "send-back" }>, now: number): Stepped {
  const at = state.stages.findIndex(({ stage }) => stage === event.stage);
  const stage = state.stages[at];
  if (state.state !== "open" || state.paused !== undefined || stage?.epoch !== event.epoch || !isToBeSentBack(stage)) return [state, []];
  const { feedback } = event;
  const known = feedback === undefined ? state : changeStage(state, event, (one) => ({ ...one, feedback }));
  const to = targetOf(state, { ...stage, ...(feedback && { feedback }) });
  const reason =
    to === undefined
      ? `${stage.stage} decided '${stage.decision}', and handed nothing on`
      : refusalOf(state, { to, at, word: stage.decision });
  if (reason === undefined) return goBack(known, at, { by: "main", now });
  const needs =
    to === undefined
      ? `a decision: do the stage before ${stage.stage} again, or cancel the run`
      : `a decision: have ${state.route[to]} do it once more (--note TEXT tells its author something), or cancel the run`;
  return [
    changeStage(known, event, (one) =>
      blocked(one, "decision", {
        reason,
        needs,
        owner: "operator",
        clearsWith: `tasuki retry ${state.id}`,
      }),
    ),
    [],
  ];
}

function refusalOf(
  state: FlowState,
  { to, at, word }: { readonly to: number; readonly at: number; readonly word: string | undefined },
): string | undefined {
  const { sentBack = [] } = state;
  const rounds = roundsOf(state);
  const [again, by] = [state.stages[to], state.route[at]];
  const before = sentBack.at(-1)?.stages.find(({ stage }) => stage === again?.stage);
  if (before !== undefined && again !== undefined && filesOf(before) === filesOf(again))
    return `${by} decided '${word}', and ${again.stage} has made the very files that were sent back before`;
  if (sentBack.length < rounds) return undefined;
  return rounds === 0
    ? `${by} decided '${word}', and the work of this run never goes back by itself (--rounds 0)`
    : `${by} decided '${word}', and the work of this run goes back by itself at most ${times(rounds)}`;
}

function times(count: number): string {
  return count === 1 ? "once" : count === 2 ? "twice" : `${count} times`;
}

function filesOf({ outputs }: Pick<StageFlow, "outputs">): string {
  return JSON.stringify(outputs.map(({ name, sha256 }) => `${name} ${sha256}`).sort());
}

/** Has the work of a deciding stage done again from the stage that takes its feedback on; what was made until then is kept as a round. */
export function goBack(
  state: FlowState,
  at: number,
  { by, now, reason: given }: { readonly by: string; readonly now: number; readonly reason?: string | undefined },
): Stepped {
  const deciding = state.stages[at];
  const to = deciding && targetOf(state, deciding);
  if (deciding?.feedback === undefined || to === undefined) return [state, []];
  const { feedback } = deciding;
  const round: Round = {
    by: deciding.stage,
    to: feedback.to,
    decision: deciding.decision ?? "",
    requests: feedback.requests,
    stages: state.stages.slice(to, at + 1).map(({ stage, epoch, task, producer, outputs, receipts }) => ({
      stage,
      epoch,
      ...(task !== undefined && { task }),
      ...(producer !== undefined && { producer }),
      outputs,
      receipts,
    })),
  };
  const kept = notedForRound(
    { ...state, sentBack: [...(state.sentBack ?? []), round] },
    { to: feedback.to, by: deciding.stage, requests: feedback.requests, now },
  );
  const reason = given ?? `${deciding.stage} decided '${deciding.decision}'`;
  const [next, dispatch] = stepDispatch(kept, { at: to, now, reason, feedback: feedback.files });
  const sign = isAtLeast(deciding.rung, "produced") && deciding.checked;
  return [
    next,
    [
      // Main's word that it holds the deciding file, and has checked it, comes before the task that brings it.
      ...(sign ? [{ do: "sign" as const, state: "verified" as const, stage: deciding.stage, of: deciding }] : []),
      { do: "record", type: "sent-back", stage: feedback.to, by, reason },
      ...cancelFrom(state, to, { epoch: next.epoch, reason }),
      ...dispatch,
    ],
  ];
}
