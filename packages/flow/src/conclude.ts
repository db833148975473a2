import type { Block, Condition } from "@tasuki/protocol";
import type { FlowEffect, Stepped } from "./flow-effect.ts";
import { type FlowState, isAtLeast, type StageFlow, type Subject } from "./flow-state.ts";
import { blocked, unblocked } from "./change-stage.ts";
import { concludeCancel } from "./step-cancel.ts";
import { concludeClose } from "./step-close.ts";

/** State with the conclusions drawn from what is proven: rungs that need facts of two nodes, conditions, and the end of closing. */
export function conclude(state: FlowState, now: number): Stepped {
  const effects: FlowEffect[] = [];
  const stages = state.stages.map((before, at) => {
    let stage = inTime(handedOff(state, before, at), now);
    if (stage.rung === "handed-off" && stage.pulled && stage.checked && state.state === "open") {
      stage = { ...stage, rung: "verified", times: { ...stage.times, verified: now } };
      effects.push({ do: "sign", state: "verified", stage: stage.stage });
    }
    const condition = conditionOf(state, stage);
    return condition === stage.condition ? stage : { ...stage, condition };
  });
  const concluded = { ...state, stages };
  if (state.state === "cancelling") return concludeCancel(concluded, now);
  const [closed, signed] = concludeClose(concluded, now);
  return [closed, [...effects, ...signed]];
}

/** Stage that is `handed-off` once the next holder has accepted a signed task that follows from this very `produced`. */
function handedOff(state: FlowState, stage: StageFlow, at: number): StageFlow {
  if (stage.rung !== "produced") return stage;
  const next = state.stages[at + 1];
  const last = at === state.stages.length - 1;
  const holder = last
    ? state.lastHop?.epoch === stage.epoch && state.lastHop
    : next !== undefined && isAtLeast(next.rung, "accepted") && { follows: next.follows, at: next.times["accepted"], took: next.took };
  if (!holder || holder.follows === undefined || holder.follows !== stage.produced) return stage;
  // A node that decides against it hands nothing on, and if it does, that decides nothing: only a person sends the work on, from main.
  if ((stage.block?.kind === "decision" || stage.back === true) && next?.from !== "main") return stage;
  const other = stage.subjects.find((subject) => holder.took !== undefined && !isTaken(subject, holder.took, stage.carried));
  // A check that refuses the files, or a decision, asks for a retry too, and stays: two blocks that replace each other would never come to rest.
  const stays = stage.block?.kind === "check" || stage.block?.kind === "decision";
  if (other !== undefined) return stays ? stage : blocked(stage, "hand-off", otherBytes(state, stage, other.name));
  return {
    ...unblocked(stage, ["hand-off", "decision"]),
    rung: "handed-off",
    times: { ...stage.times, ...(holder.at !== undefined && { "handed-off": holder.at }) },
  };
}

/** True for a file that was taken as it was signed for. One that is not carried need not be taken; a name that is missing counts as different. */
function isTaken({ name, sha256 }: Subject, took: readonly Subject[], carried: readonly string[] = []): boolean {
  const same = took.find((file) => file.name === name);
  return same === undefined ? !carried.includes(name) : same.sha256 === sha256;
}

function otherBytes({ id }: FlowState, { stage }: StageFlow, file: string): Block {
  return {
    reason: `${stage} handed on other bytes of ${file}, or none, than it signed for as its result`,
    needs: `${stage} done again, by a program that hands on what it signs for`,
    owner: "operator",
    clearsWith: `tasuki retry ${id} --from ${stage}`,
  };
}

/** Stage whose clocks begin when main learns of the dispatch, and whose clocks' blocks end with the rung that they waited for. */
function inTime(stage: StageFlow, now: number): StageFlow {
  const began = stage.since === undefined && isAtLeast(stage.rung, "dispatched") ? { ...stage, since: now } : stage;
  const stuck = withStuckSince(began, now);
  const started = isAtLeast(stuck.rung, "accepted") ? unblocked(stuck, ["scheduleToStart"]) : stuck;
  return isAtLeast(started.rung, "handed-off") ? unblocked(started, ["scheduleToClose"]) : started;
}

function withStuckSince(stage: StageFlow, now: number): StageFlow {
  if ((stage.block?.kind === "node") === (stage.stuckSince !== undefined)) return stage;
  const { stuckSince: _, ...rest } = stage;
  return stage.block?.kind === "node" ? { ...rest, stuckSince: now } : rest;
}

function conditionOf(state: FlowState, stage: StageFlow): Condition {
  if (stage.rung === "verified") return "waiting";
  if (state.state === "cancelling" || state.state === "cancelled" || state.state === "failed") return "fenced";
  // A stage that waits for its node is late, not blocked: only a decision waits for a human.
  if (stage.block !== undefined && stage.block.kind !== "scheduleToStart") return "blocked";
  // Nothing is awaited of a node any more once main holds the files and the next node the hand-off.
  const awaited = stage.rung !== "waiting" && !(stage.rung === "handed-off" && stage.pulled);
  if (awaited && state.unreachable.includes(stage.stage)) return "unreachable";
  return stage.rung === "started" ? "running" : "waiting";
}
