import { conclusionOf, type RoundStatus, type RunStatus, type StageStatus, type WorkEvidence } from "@tasuki/protocol";
import { roundsOf } from "./step-send-back.ts";
import { type AttemptFailure, type FlowState, isAtLeast, type Round, type StageFlow } from "./flow-state.ts";

const toTime = (milliseconds: number): string => new Date(milliseconds).toISOString();

/** Status of a run, as every surface shows it: the rungs that are proven, the next one with who is to prove it, and whether it goes on by itself. */
export function toRunStatus(state: FlowState): RunStatus {
  const status = withoutConclusion(state);
  const conclusion = conclusionOf(status);
  return conclusion === undefined ? status : { ...status, conclusion };
}

function withoutConclusion(state: FlowState): RunStatus {
  const awaited = awaitedOf(state);
  return {
    id: state.id,
    state: state.state,
    epoch: state.epoch,
    profile: state.profile,
    brief: state.brief,
    createdAt: toTime(state.createdAt),
    ...(state.endedAt !== undefined && { endedAt: toTime(state.endedAt) }),
    ...(state.wantedBy !== undefined && { deadline: toTime(state.wantedBy) }),
    ...(state.block && { block: state.block }),
    stages: state.stages.map((stage, at) => toStageStatus(state, stage, at)),
    ...(state.sentBack && { rounds: state.sentBack.map(toRoundStatus) }),
    mostRounds: roundsOf(state),
    sources: state.sources.map((source) => ({ ...source })),
    ...(state.failure && state.state === "open" && { failure: toFailure(state.failure) }),
    awaits: [...awaited],
    unreachable: awaited.filter((role) => state.unreachable.includes(role)),
    ...(state.bundle !== undefined && { bundle: state.bundle }),
    ...(state.failed && { failed: state.failed }),
    ...(state.without && { without: state.without.map(({ node, by, why }) => ({ node, by, ...(why !== undefined && { why }) })) }),
    ...(state.cancelled && { cancelled: state.cancelled }),
    ...(state.paused && { paused: { ...state.paused, at: toTime(state.paused.at) } }),
  };
}

/** Roles whose word the end of a run waits for. */
function awaitedOf({ state, route, archived, without = [], stopped = [] }: FlowState): readonly string[] {
  const said = state === "closing" ? [...archived, ...without.map(({ role }) => role)] : state === "cancelling" ? stopped : route;
  return route.filter((role) => !said.includes(role));
}

function toRoundStatus({ by, to, decision, requests, stages }: Round): RoundStatus {
  return {
    by,
    to,
    decision,
    ...(requests && { requests: [...requests] }),
    stages: stages.map(({ stage, epoch, outputs, receipts }) => ({ stage, epoch, outputs: [...outputs], receipts: [...receipts] })),
  };
}

function toStageStatus(state: FlowState, stage: StageFlow, at: number): StageStatus {
  const next = state.state === "open" ? awaits(state, at) : undefined;
  const node = state.nodes[stage.stage];
  const work = workOf(state, stage);
  return {
    stage: stage.stage,
    ...(node !== undefined && { node }),
    epoch: stage.epoch,
    rung: stage.rung,
    ...(next && { awaits: next }),
    condition: stage.condition,
    ...(stage.block && { block: stage.block }),
    attempt: stage.attempt,
    ...(work !== undefined && { work }),
    ...(isUnderWay(state, stage) && stage.failure && { failure: toFailure(stage.failure) }),
    ...(isUnderWay(state, stage) && stage.silent?.attempt === stage.attempt && { silentSince: toTime(stage.silent.since) }),
    ...(stage.producer !== undefined && { producer: stage.producer }),
    times: Object.fromEntries(Object.entries(stage.times).map(([rung, time]) => [rung, toTime(time)])),
    outputs: [...stage.outputs],
  };
}

/** Evidence of a stage's work. A node that has said that an attempt is over is believed, whether it answers now or not. */
function workOf(state: FlowState, { stage, rung, attempt, failure, block }: StageFlow): WorkEvidence | undefined {
  if (state.state !== "open" || rung !== "started") return undefined;
  if (failure?.attempt === attempt || block?.kind === "node" || block?.kind === "question") return "exited";
  return state.unreachable.includes(stage) ? "unverifiable" : "live";
}

/** True while attempts of a stage go on; what they came to is in its block afterwards. */
function isUnderWay({ state }: FlowState, { rung, block }: StageFlow): boolean {
  return state === "open" && !isAtLeast(rung, "produced") && block?.kind !== "node";
}

function toFailure({ at, next, ...rest }: AttemptFailure): NonNullable<StageStatus["failure"]> {
  return { ...rest, at: toTime(at), ...(next !== undefined && { next: toTime(next) }) };
}

/** Next rung of a stage, and the role whose signature proves it; undefined once the stage is verified. */
export function awaits(state: FlowState, at: number): StageStatus["awaits"] {
  const stage = state.stages[at];
  switch (stage?.rung) {
    case undefined:
    case "verified":
      return undefined;
    case "waiting":
      return { rung: "dispatched", from: state.withheld === stage.stage ? "main" : (state.stages[at - 1]?.stage ?? "main") };
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
