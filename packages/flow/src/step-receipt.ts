import { type Receipt, type Rung, shortened } from "@tasuki/protocol";
import type { ReceiptEvent } from "./flow-event.ts";
import { type FlowState, isAtLeast, type StageFlow, type Subject } from "./flow-state.ts";
import { blocked, changeStage, unblocked } from "./change-stage.ts";
import { nodeBlock } from "./node-block.ts";
import { stepFenced } from "./step-cancel.ts";
import { stepArchived } from "./step-ending.ts";

/** Steps a run by a verified receipt. Only a role itself can speak for its stage, and only at the stage's present epoch. */
export function stepReceipt(state: FlowState, event: ReceiptEvent): FlowState {
  const { receipt } = event;
  if (receipt.state === "archived") return stepArchived(state, event);
  if (receipt.state === "fenced") return stepFenced(state, event);
  if (receipt.stage === "main") return ofMain(state, event);
  if (receipt.role !== receipt.stage) return state;
  return changeStage(state, receipt, (stage) => ofStage(stage, event, state));
}

function ofStage(stage: StageFlow, event: ReceiptEvent, state: FlowState): StageFlow {
  const { receipt } = event;
  // One stage and epoch has one task: once its acceptance is proven, no other task counts.
  if (isAtLeast(stage.rung, "accepted") && stage.task !== receipt.task) return stage;
  switch (receipt.state) {
    case "accepted":
      return withTook(accepted(stage, event), tookOf(state, event));
    case "started": {
      const later = receipt.attempt > stage.attempt;
      const raised = raise(stage, "started", event);
      return later ? { ...unblocked(raised, ["node", "question"]), attempt: receipt.attempt } : raised;
    }
    case "produced":
      return produced(stage, event, state.id);
    case "blocked":
      return refused(stage, event, state.id);
    case "rejected":
    case "verified":
    case "fenced":
    case "archived":
    case "closed":
    case "failed":
    case "cancelled":
      return stage;
  }
}

function withTook(stage: StageFlow, took: readonly Subject[]): StageFlow {
  return stage.took === undefined && isAtLeast(stage.rung, "accepted") ? { ...stage, took } : stage;
}

/** Files of stages, of all those that an `accepted` vouches for; the rest was given. */
function tookOf({ given }: FlowState, { subjects }: ReceiptEvent): readonly Subject[] {
  return subjects.filter(({ name }) => given.every((file) => file.name !== name));
}

function accepted(stage: StageFlow, event: ReceiptEvent): StageFlow {
  // This receipt comes by two feeds: its own node's, with the task that says what it follows from, and the sender's, without.
  const told = event.follows === undefined ? {} : { follows: event.follows };
  if (isAtLeast(stage.rung, "accepted")) {
    const raised = raise(stage, "accepted", event);
    return stage.follows === undefined && event.follows !== undefined ? { ...raised, ...told } : raised;
  }
  // The `follows` of another task says nothing of this one.
  const { follows: _, ...other } = stage;
  const rest = stage.task === undefined || stage.task === event.receipt.task ? stage : other;
  return unblocked({ ...raise(rest, "accepted", event), ...told }, ["dispatch"]);
}

function produced(stage: StageFlow, event: ReceiptEvent, run: string): StageFlow {
  const { receipt, digest, subjects, carried, outputs } = event;
  if (isAtLeast(stage.rung, "produced")) return stage;
  const done: StageFlow = {
    ...unblocked(raise(stage, "produced", event), ["node", "question", "dispatch"]),
    attempt: Math.max(stage.attempt, receipt.attempt),
    produced: digest,
    subjects,
    ...(carried && { carried }),
    outputs,
    ...(receipt.producer !== undefined && { producer: shortened(receipt.producer) }),
    ...(receipt.decision !== undefined && { decision: shortened(receipt.decision) }),
  };
  const { decision, direction } = receipt;
  if (direction === "forward" || (decision === undefined && direction === undefined)) return done;
  if (direction === undefined)
    return blocked(done, "decision", {
      reason: `${stage.stage} decided '${decision}', and main does not know where that sends the work`,
      needs: `${stage.stage} done again, by a program that decides by a word of its contract`,
      owner: "operator",
      clearsWith: `tasuki retry ${run} --from ${stage.stage}`,
    });
  // Main decides what becomes of it once it holds the files and has checked them.
  return { ...done, back: true };
}

/** Stage that its node says is `blocked`: before `produced` the attempts are over; after it the hand-off was refused. */
function refused(stage: StageFlow, event: ReceiptEvent, run: string): StageFlow {
  const { receipt } = event;
  if (isAtLeast(stage.rung, "handed-off") || receipt.attempt < stage.attempt) return stage;
  if (stage.block?.kind === "check" || stage.block?.kind === "decision") return stage;
  const { outcome } = receipt;
  const kind = isAtLeast(stage.rung, "produced") ? "hand-off" : outcome === "needs-human" ? "question" : "node";
  const next = blocked(
    stage,
    kind,
    nodeBlock({ kind, run, stage: stage.stage, reason: quoted(event, kind === "question" ? "asks" : "says"), outcome, unmet: event.unmet }),
  );
  return next === stage ? stage : { ...next, attempt: receipt.attempt, ...(stage.task === undefined && { task: receipt.task }) };
}

/** Reason of a `blocked` receipt as what its node says, which is shown as such and proves nothing. */
function quoted({ receipt }: ReceiptEvent, verb: "asks" | "says"): string {
  const { stage, reason = "" } = receipt;
  const words = reason.startsWith(`${stage}: `) ? reason.slice(stage.length + 2) : reason;
  return words === "" ? `${stage} is blocked${unsaid(receipt)}` : `${stage} ${verb}: ${words}`;
}

/** End of the reason of a block whose receipt came without its text. */
function unsaid({ text }: Receipt): string {
  return text === undefined ? " and gave no reason" : `: ${text.code}; its text is gone`;
}

/** Stage on this rung, where it is higher than its own; no rung is ever taken back. */
function raise(stage: StageFlow, rung: Rung, { receipt, digest }: ReceiptEvent): StageFlow {
  const times = { [rung]: Date.parse(receipt.at), ...stage.times };
  // Feeds are read side by side: a receipt that comes late still completes the evidence.
  if (isAtLeast(stage.rung, rung)) return rung in stage.times ? stage : { ...stage, times, receipts: [...stage.receipts, digest] };
  return { ...stage, rung, task: receipt.task, instance: receipt.instance, times, receipts: [...stage.receipts, digest] };
}

function ofMain(state: FlowState, event: ReceiptEvent): FlowState {
  const { receipt, digest, follows } = event;
  if (receipt.role !== "main" || receipt.state !== "accepted") return state;
  if (receipt.epoch === 0) return state.accepted === "" ? { ...state, accepted: digest } : state;
  const last = state.stages.at(-1);
  if (follows === undefined || last?.epoch !== receipt.epoch || state.lastHop?.epoch === receipt.epoch) return state;
  return {
    ...state,
    lastHop: { epoch: receipt.epoch, task: receipt.task, follows, at: Date.parse(receipt.at), took: tookOf(state, event) },
  };
}
