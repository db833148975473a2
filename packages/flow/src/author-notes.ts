import { type Block, type Note, toNote, toUnmetNote } from "@tasuki/protocol";
import { type FlowState, isAtLeast } from "./flow-state.ts";

/** Notes of a run that are kept, over all stages: the newest. */
const mostKept = 32;

/** Notes to the author of a stage, oldest first. */
export function notesTo({ notes = [] }: FlowState, stage: string): readonly Note[] {
  return notes.flatMap(({ to, ...note }) => (to === stage ? [note] : []));
}

/** State with more notes to the author of a stage. */
export function noted(state: FlowState, to: string, more: readonly Note[]): FlowState {
  if (more.length === 0) return state;
  return { ...state, notes: [...(state.notes ?? []), ...more.map((note) => ({ ...note, to }))].slice(-mostKept) };
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
  const faults = block?.unmet === undefined ? [] : [toUnmetNote(block.unmet, { by: judgeOf(block, to), at: now })];
  const words = said === undefined ? [] : [toNote({ ...said, by, at: now })];
  return noted({ ...state, ...((state.notes !== undefined || notes.length > 0) && { notes }) }, to, [...faults, ...words]);
}

function judgeOf({ kind }: Block, stage: string): string {
  return kind === "check" || kind === "closing-check" ? "main's check" : `the gate of ${stage}`;
}
