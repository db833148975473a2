import { type AskedClocks, clipClocks, clockNames, type Clocks, defaultClocks, type TaskPayload, withClocks } from "@tasuki/protocol";
import type { FlowState, StageFlow } from "./flow-state.ts";

export interface NewFlow {
  readonly payload: Pick<TaskPayload, "run" | "from" | "clocks" | "rounds" | "deadline" | "retries" | "fails">;
  readonly profile: string;
  /** Text of the brief; its first 280 characters are kept for lists. */
  readonly brief: string;
  /** Roles of the pipeline, in their order. */
  readonly route: readonly string[];
  /** Clocks of the relay, which the run may ask otherwise of: those of its pipeline, and those of single roles. */
  readonly relayClocks?: { readonly pipeline?: AskedClocks | undefined; readonly roles?: Readonly<Record<string, AskedClocks>> };
  readonly now: number;
}

const briefShown = 280;

/** State of a run that was asked for: open, nothing dispatched, waiting for intake. */
export function newFlow({ payload, profile, brief, route, relayClocks = {}, now }: NewFlow): FlowState {
  const asked = withClocks<AskedClocks>({}, payload.clocks);
  // A task that an earlier release took may ask for more than is taken now.
  const clocks = clipClocks(withClocks(withClocks(defaultClocks, relayClocks.pipeline), asked));
  const stageClocks = stageClocksOf(route, relayClocks.roles ?? {}, asked);
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
    ...(stageClocks && { stageClocks }),
    ...(payload.deadline !== undefined && { wantedBy: Date.parse(payload.deadline) }),
    ...(payload.rounds !== undefined && { rounds: payload.rounds }),
    ...(payload.retries !== undefined && { retries: payload.retries }),
    ...(payload.fails === true && { fails: true as const }),
    given: [],
    sources: [],
    stages: route.map((stage) => newStage(stage, 0)),
    unreachable: [],
    installed: {},
    gone: [],
    archived: [],
  };
}

/** Clocks of single roles, without those that the run itself asks for; undefined where nothing is left of them. */
function stageClocksOf(
  route: readonly string[],
  ofRoles: Readonly<Record<string, AskedClocks>>,
  asked: AskedClocks,
): FlowState["stageClocks"] {
  const own = route.flatMap((role): [string, AskedClocks][] => {
    const left = clockNames.flatMap((name) => {
      const milliseconds = asked[name] === undefined ? ofRoles[role]?.[name] : undefined;
      return milliseconds === undefined ? [] : [[name, milliseconds] as const];
    });
    return left.length === 0 ? [] : [[role, Object.fromEntries(left)]];
  });
  return own.length === 0 ? undefined : Object.fromEntries(own);
}

/** Clocks of a stage: those of the run, with its role's own in their place. */
export function clocksOf({ clocks, stageClocks }: Pick<FlowState, "clocks" | "stageClocks">, stage: string): Clocks {
  return withClocks(clocks, stageClocks?.[stage]);
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
