import { type Block, type Note, toNote, toUnmetNote, withNotes } from "@tasuki/protocol";
import { type FlowState, isAtLeast } from "./flow-state.ts";

/** Notes to the authors of a stage and of all later ones, oldest first. */
export function notesFrom({ route, notes = [] }: FlowState, at: number): readonly Note[] {
  return notes.filter(({ to }) => route.indexOf(to) >= at);
}

/** State without the faults of stages after one that is done again: those were found in files of other inputs. */
export function withoutLaterFaults(state: FlowState, at: number): FlowState {
  const { route, notes } = state;
  return notes === undefined ? state : { ...state, notes: notes.filter(({ kind, to }) => kind !== "unmet" || route.indexOf(to) <= at) };
}

/** State with more notes to authors. A run keeps as many, over all of its stages, as one author is given. */
function noted(state: FlowState, more: readonly Note[]): FlowState {
  return more.length === 0 ? state : { ...state, notes: withNotes(state.notes ?? [], more) };
}

/** State in which a stage whose work is sent back is told what for. It takes the place of what the same role has asked for before. */
export function notedForRound(
  state: FlowState,
  { to, by, requests, now }: { readonly to: string; readonly by: string; readonly requests: readonly string[]; readonly now: number },
): FlowState {
  const notes = (state.notes ?? []).filter((note) => !(note.kind === "request" && note.to === to && note.by === by));
  const more = requests.map((text) => toNote({ kind: "request", to, by, at: now, text }));
  return noted({ ...state, ...(state.notes !== undefined && { notes }) }, more);
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
