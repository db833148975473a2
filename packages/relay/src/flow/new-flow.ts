import { type Clocks, defaultClocks, type TaskPayload } from "@tasuki/contracts";
import type { FlowState, StageFlow } from "./run-flow.ts";

export interface NewFlow {
  readonly payload: Pick<TaskPayload, "run" | "from" | "profile" | "clocks">;
  /** The brief's text; its start is kept for lists. */
  readonly brief: string;
  /** Roles in order. */
  readonly route: readonly string[];
  readonly now: number;
  /** SHA-256 of the payload of main's `accepted`, where it is known already. */
  readonly accepted?: string;
}

const briefShown = 280;

/** A run as it is asked for: open, nothing dispatched, waiting for intake. */
export function newFlow({ payload, brief, route, now, accepted = "" }: NewFlow): FlowState {
  const clocks: Clocks = { ...defaultClocks };
  for (const [clock, milliseconds] of Object.entries(payload.clocks ?? {}))
    if (milliseconds !== undefined) Object.assign(clocks, { [clock]: milliseconds });
  return {
    id: payload.run,
    state: "open",
    epoch: 0,
    profile: payload.profile ?? "cited",
    brief: brief.length > briefShown ? `${brief.slice(0, briefShown - 1)}…` : brief,
    createdAt: now,
    requestedBy: payload.from,
    accepted,
    route,
    clocks,
    deadline: now + clocks.scheduleToClose * route.length,
    given: [],
    sources: [],
    stages: route.map((stage) => newStage(stage, 0)),
    unreachable: [],
    installed: {},
    gone: [],
    archived: [],
  };
}

/** A stage that nothing is known of at this epoch. */
export function newStage(stage: string, epoch: number): StageFlow {
  return {
    stage,
    epoch,
    rung: "waiting",
    condition: "waiting",
    attempt: 0,
    times: {},
    subjects: [],
    outputs: [],
    pulled: false,
    checked: false,
    receipts: [],
  };
}
