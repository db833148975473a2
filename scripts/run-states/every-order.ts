import { type FlowEvent, type FlowState, step } from "@tasuki/flow";
import { begin } from "./every-event.ts";

/** An event that changed a run. */
export interface Moment {
  readonly before: FlowState;
  readonly event: FlowEvent;
  readonly after: FlowState;
}

/** Steps a run, or a new one over a route, through events; calls back at each one that changes it. */
export function inOrder(first: readonly string[] | FlowState, events: readonly FlowEvent[], visit: (moment: Moment) => void): void {
  let before = "state" in first ? first : begin(first);
  for (const event of events) {
    const [after] = step(before, event, 10);
    if (after !== before) visit({ before, event, after });
    before = after;
  }
}

/**
 * Steps a run through every order of events, each state once. A second epoch begins as the first one did, and is looked at, but not gone
 * into.
 */
export function inEveryOrder(route: readonly string[], events: readonly FlowEvent[], visit: (moment: Moment) => void): void {
  const first = begin(route);
  const seen = new Set([keyOf(first)]);
  const waiting = [first];
  for (let before = waiting.pop(); before !== undefined; before = waiting.pop())
    for (const event of events) {
      const [after] = step(before, event, 10);
      if (after === before) continue;
      visit({ before, event, after });
      const key = keyOf(after);
      if (after.epoch > 1 || seen.has(key)) continue;
      seen.add(key);
      waiting.push(after);
    }
}

/** Parts of a state that a next step can depend on. The others are the same in every state, or only say in which order things came. */
function keyOf(state: FlowState): string {
  const stages = state.stages.map((stage) => ({
    ...stage,
    receipts: 0,
    times: 0,
    subjects: 0,
    outputs: stage.outputs.length,
    fired: stage.fired?.toSorted(),
  }));
  return JSON.stringify({ ...state, brief: 0, clocks: 0, given: state.given.length, stages });
}
