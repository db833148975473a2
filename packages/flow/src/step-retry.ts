import type { Note } from "@tasuki/protocol";
import { notedForRetry } from "./author-notes.ts";
import { cancelFrom, type FlowEffect, type Stepped } from "./flow-effect.ts";
import type { FlowEvent, FlowState } from "./flow-state.ts";
import { stepDispatch } from "./step-dispatch.ts";
import { goBack, targetOf } from "./step-send-back.ts";

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
  if (stage.block?.kind === "decision") return targetOf(state, stage) ?? Math.max(at - 1, 0);
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
  const said = event.note === undefined ? undefined : ({ kind: "note", text: event.note } as const);
  return again(state, { at: plan.at, said }, { event, now });
}

/** Plans an answer: the index of the stage that asks, or why it is refused. */
export function planAnswer(state: FlowState): { readonly at: number } | { readonly refused: string } {
  const at = state.stages.findIndex(({ block }) => block?.kind === "question");
  return at < 0 ? { refused: `no stage of run ${state.id} asks anything` } : planRetry(state, state.route[at]);
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
  { event, now }: { readonly event: { readonly by: string; readonly reason?: string }; readonly now: number },
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
      ...cancelFrom(state.route, at, { epoch: next.epoch, reason }),
      ...dispatch,
    ],
  ];
}

function reasonOf(event: { readonly reason?: string }): { readonly reason?: string } {
  return event.reason === undefined ? {} : { reason: event.reason };
}
