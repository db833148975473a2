import { clipClocks, type Clocks, defaultClocks, type TaskPayload } from "@tasuki/protocol";
import type { FlowState, StageFlow } from "./flow-state.ts";

export interface NewFlow {
  readonly payload: Pick<TaskPayload, "run" | "from" | "clocks" | "rounds">;
  readonly profile: string;
  /** Text of the brief; its first 280 characters are kept for lists. */
  readonly brief: string;
  /** Roles of the pipeline, in their order. */
  readonly route: readonly string[];
  readonly now: number;
}

const briefShown = 280;

/** State of a run that was asked for: open, nothing dispatched, waiting for intake. */
export function newFlow({ payload, profile, brief, route, now }: NewFlow): FlowState {
  const asked: Clocks = { ...defaultClocks };
  for (const [clock, milliseconds] of Object.entries(payload.clocks ?? {}))
    if (milliseconds !== undefined) Object.assign(asked, { [clock]: milliseconds });
  // A task that an earlier release took may ask for more than is taken now.
  const clocks = clipClocks(asked);
  return {
    id: payload.run,
    state: "open",
    epoch: 0,
    profile,
    brief: brief.length > briefShown ? `${brief.slice(0, briefShown - 1)}…` : brief,
    createdAt: now,
    requestedBy: payload.from,
    accepted: "",
    route,
    nodes: {},
    clocks,
    ...(payload.rounds !== undefined && { rounds: payload.rounds }),
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

/** State of a stage of which nothing is known at this epoch. */
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
