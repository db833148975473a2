import { type Block, type Note, toNote, toUnmetNote } from "@tasuki/protocol";
import { type FlowState, isAtLeast } from "./flow-state.ts";

/** Notes of a run that are kept, over all stages: the newest. */
const mostKept = 32;

/** Notes to the authors of a stage and of all later ones, oldest first. */
export function notesFrom({ route, notes = [] }: FlowState, at: number): readonly Note[] {
  return notes.filter(({ to }) => route.indexOf(to) >= at);
}

/** State without the faults of stages after one that is done again: those were found in files of other inputs. */
export function withoutLaterFaults(state: FlowState, at: number): FlowState {
  const { route, notes } = state;
  return notes === undefined ? state : { ...state, notes: notes.filter(({ kind, to }) => kind !== "unmet" || route.indexOf(to) <= at) };
}

/** State with more notes to authors. */
export function noted(state: FlowState, more: readonly Note[]): FlowState {
  return more.length === 0 ? state : { ...state, notes: [...(state.notes ?? []), ...more].slice(-mostKept) };
}

/** State in which a stage that is done again is told the faults of its last attempt, which take the place of earlier ones, and what a person says. */
export function notedForRetry(
  state: FlowState,
  to: string,
  { said, by, now }: { readonly said: Pick<Note, "kind" | "text"> | undefined; readonly by: string; readonly now: number },
): FlowState {
  const stage = state.stages.find((one) => one.stage === to);
  const block = stage?.block ?? state.block;
  const isOver = block !== undefined || (stage !== undefined && isAtLeast(stage.rung, "produced"));
  const notes = (state.notes ?? []).filter((note) => !(isOver && note.to === to && note.kind === "unmet"));
  const faults = block?.unmet === undefined ? [] : [toUnmetNote(block.unmet, { to, by: judgeOf(block, to), at: now })];
  const words = said === undefined ? [] : [toNote({ ...said, to, by, at: now })];
  return noted({ ...state, ...(state.notes !== undefined && { notes }) }, [...faults, ...words]);
}

function judgeOf({ kind }: Block, stage: string): string {
  return kind === "check" || kind === "closing-check" ? "main's check" : `the gate of ${stage}`;
}
