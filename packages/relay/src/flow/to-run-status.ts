import type { Block, RunStatus, StageStatus } from "@tasuki/contracts";
import type { FlowState, StageFlow } from "./run-flow.ts";

const toTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** A run as every surface shows it: what is proven, what is awaited and from whom. `now` in milliseconds since 1970. */
export function toRunStatus(state: FlowState, now: number): RunStatus {
  return {
    id: state.id,
    state: state.state,
    epoch: state.epoch,
    profile: state.profile,
    brief: state.brief,
    createdAt: toTime(state.createdAt),
    ...(state.endedAt !== undefined && { endedAt: toTime(state.endedAt) }),
    ...(state.block && { block: state.block }),
    stages: state.stages.map((stage, at) => toStageStatus(state, { stage, at, now })),
    sources: state.sources.map((source) => ({ ...source })),
    awaits: state.state === "closing" ? state.route.filter((role) => !state.archived.includes(role)) : [],
    ...(state.bundle !== undefined && { bundle: state.bundle }),
  };
}

function toStageStatus(state: FlowState, { stage, at, now }: { stage: StageFlow; at: number; now: number }): StageStatus {
  const next = state.state === "open" ? awaits(state, at) : undefined;
  const block = stage.block ?? (state.state === "open" ? overdue(state, stage, now) : undefined);
  return {
    stage: stage.stage,
    epoch: stage.epoch,
    rung: stage.rung,
    ...(next && { awaits: next }),
    condition: stage.condition,
    ...(block && { block }),
    attempt: stage.attempt,
    ...(stage.producer !== undefined && { producer: stage.producer }),
    times: Object.fromEntries(Object.entries(stage.times).map(([rung, time]) => [rung, toTime(time)])),
    outputs: [...stage.outputs],
  };
}

/** The next rung of a stage, and whose signature proves it; undefined once the stage is verified. */
export function awaits(state: FlowState, at: number): StageStatus["awaits"] {
  const stage = state.stages[at];
  switch (stage?.rung) {
    case undefined:
    case "verified":
      return undefined;
    case "waiting":
      return { rung: "dispatched", from: state.stages[at - 1]?.stage ?? "main" };
    case "dispatched":
      return { rung: "accepted", from: stage.stage };
    case "accepted":
      return { rung: "started", from: stage.stage };
    case "started":
      return { rung: "produced", from: stage.stage };
    case "produced":
      return { rung: "handed-off", from: state.stages[at + 1]?.stage ?? "main" };
    case "handed-off":
      return { rung: "verified", from: "main" };
  }
}

/** Past `scheduleToStart` a stage that no one accepted says so. It is not blocked: the acceptance itself clears this. */
function overdue(state: FlowState, stage: StageFlow, now: number): Block | undefined {
  const since = stage.times["dispatched"];
  if (stage.rung !== "dispatched" || since === undefined || now - since <= state.clocks.scheduleToStart) return undefined;
  const seconds = Math.floor((now - since) / 1000);
  const away = state.unreachable.includes(stage.stage);
  return {
    reason: `${stage.stage} has not accepted its task for ${seconds} s${away ? ", and main has no connection to it" : ""}`,
    needs: away ? `${stage.stage} running and reachable` : `${stage.stage} to accept the task that is being sent to it`,
    owner: stage.stage,
    clearsWith: `the receipt 'accepted' of ${stage.stage}`,
  };
}
