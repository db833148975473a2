import type { Note } from "@tasuki/protocol";
import { notedForRetry } from "./author-notes.ts";
import { cancelFrom, type FlowEffect, type Stepped } from "./flow-effect.ts";
import type { FlowEvent } from "./flow-event.ts";
import type { FlowState } from "./flow-state.ts";
import { withoutOwnBlock } from "./change-stage.ts";
import { stepDispatch } from "./step-dispatch.ts";
import { goBack, targetOf } from "./step-send-back.ts";

type Retry = Extract<FlowEvent, { is: "retry" }>;

/**
 * Plans a retry: the index of the stage that it would dispatch, -1 where main takes the run in again, or why it is refused. Without a stage that is
 * asked for, the block decides.
 */
export function planRetry(
  state: FlowState,
  { stage: asked, on, note }: Pick<Retry, "stage" | "on" | "note"> = {},
): { readonly at: number } | { readonly refused: string } {
  if (state.state !== "open") return { refused: `run ${state.id} is ${state.state}; only an open run can be retried` };
  if (state.given.length === 0) return planIntake(state, { on, note });
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

function planIntake(state: FlowState, { on, note }: Pick<Retry, "on" | "note">): ReturnType<typeof planRetry> {
  const still = `run ${state.id} is still at intake`;
  if (note !== undefined) return { refused: `${still}: there is no author yet who would read a note` };
  if (on !== undefined) return { refused: `${still}: none of its stages stands on a node yet` };
  return state.block === undefined || state.block.kind === "deadline"
    ? { refused: `${still} and not blocked for good: it goes on by itself` }
    : { at: -1 };
}

/** Index of the stage that the block calls for: where a decision sends the work back, the one before; where only the hand-off failed, the next. */
function calledFor(state: FlowState): number {
  const at = state.stages.findIndex((stage) => stage.block !== undefined);
  const stage = state.stages[at];
  if (stage === undefined) return state.block === undefined || state.block.kind === "deadline" ? -1 : state.route.length - 1;
  if (stage.block?.kind === "decision") return targetOf(state, stage) ?? Math.max(at - 1, 0);
  if (stage.block?.kind === "hand-off" && stage.pulled && at + 1 < state.route.length) return at + 1;
  return at;
}

/** Retries a stage at a new epoch: its role and all later ones are told to drop their work (`cancel`), then the stage is dispatched. */
export function stepRetry(state: FlowState, event: Retry, now: number): Stepped {
  const plan = planRetry(state, event);
  if ("refused" in plan) return [state, []];
  if (plan.at < 0) {
    const rest = withoutOwnBlock(state);
    return [rest, [{ do: "record", type: "retry", stage: "main", by: event.by, ...reasonOf(event) }]];
  }
  const said = event.note === undefined ? undefined : ({ kind: "note", text: event.note } as const);
  return again(placedOn(state, plan.at, event.on), { at: plan.at, said }, { event, now });
}

/** State in which a stage stands on another node of its role. What main knew of the node that it leaves is no news of the new one. */
function placedOn(state: FlowState, at: number, on: string | undefined): FlowState {
  const role = state.route[at];
  const before = role === undefined ? undefined : state.nodes[role];
  if (on === undefined || role === undefined || before === on) return state;
  const { [role]: _, ...installed } = state.installed;
  const left = [...(state.left ?? []).filter(({ node }) => node !== on), ...(before === undefined ? [] : [{ role, node: before }])];
  return {
    ...state,
    nodes: { ...state.nodes, [role]: on },
    left,
    installed,
    unreachable: state.unreachable.filter((one) => one !== role),
  };
}

/** Plans an answer: the index of the stage that asks, or why it is refused. */
export function planAnswer(state: FlowState): { readonly at: number } | { readonly refused: string } {
  const at = state.stages.findIndex(({ block }) => block?.kind === "question");
  const { [at]: stage } = state.route;
  return stage === undefined ? { refused: `no stage of run ${state.id} asks anything` } : planRetry(state, { stage });
}

/** Has the stage that asked done again, at a new epoch, with the answer in its author's notes. */
export function stepAnswer(state: FlowState, event: Extract<FlowEvent, { is: "answer" }>, now: number): Stepped {
  const plan = planAnswer(state);
  if ("refused" in plan) return [state, []];
  return again(
    state,
    { at: plan.at, said: { kind: "answer", text: event.text } },
    { event: { ...event, reason: "its question is answered" }, now },
  );
}

/** Dispatches a stage again at a new epoch, with what is to be said to its author; all later work is dropped. */
function again(
  before: FlowState,
  { at, said }: { readonly at: number; readonly said: Pick<Note, "kind" | "text"> | undefined },
  { event, now }: { readonly event: { readonly by: string; readonly reason?: string | undefined }; readonly now: number },
): Stepped {
  const stage = before.route[at] ?? "main";
  const state = notedForRetry(before, stage, { said, by: event.by, now });
  const recorded: FlowEffect[] =
    said === undefined ? [] : [{ do: "record", type: said.kind === "answer" ? "answer" : "note", stage, by: event.by, reason: said.text }];
  // A person has decided that work which a later stage sent back is done again: it goes with what was decided.
  const decided = before.stages.findIndex((one) => one.block?.kind === "decision" && targetOf(before, one) === at);
  if (decided >= 0) {
    const [next, effects] = goBack(state, decided, { ...event, now });
    return [next, [{ do: "record", type: "retry", stage, by: event.by, ...reasonOf(event) }, ...recorded, ...effects]];
  }
  const [next, dispatch] = stepDispatch(state, { at, now, ...reasonOf(event) });
  const reason = event.reason ?? `${event.by} asked to retry ${stage}`;
  return [
    next,
    [
      { do: "record", type: "retry", stage, by: event.by, ...reasonOf(event) },
      ...recorded,
      ...cancelFrom(state, at, { epoch: next.epoch, reason }),
      ...dispatch,
    ],
  ];
}

function reasonOf(event: { readonly reason?: string | undefined }): { readonly reason?: string } {
  return event.reason === undefined ? {} : { reason: event.reason };
}
