import {
  type Attachment,
  carriedTo,
  notes as notesFile,
  type Note,
  parseContractRef,
  type Pipeline,
  refOf,
  sha256Of,
  shortened,
  type TaskPayload,
} from "@tasuki/protocol";
import { isRead, type Reads } from "./node-reads.ts";
import type { EventOfTask, RunChange } from "@tasuki/store";
import type { FreeText, Notary, SignedTask } from "@tasuki/evidence";
import { clocksOf, type FlowEffect, type FlowState } from "@tasuki/flow";

/** File that main writes itself, to be kept before the task that brings it is committed. */
interface OwnFile {
  readonly bytes: Uint8Array;
  readonly contract: string;
}

export interface EffectContext {
  /** Contracts that the node of a role reads. */
  readonly readsOf: (role: string) => Reads;
  readonly notary: Notary;
  readonly pipeline: Pipeline;
  readonly newId: () => string;
  readonly now: number;
}

type Part = Partial<Pick<RunChange, "outbox" | "supersede" | "hasten" | "events">> & { readonly files?: readonly OwnFile[] };

/** Change that a step's effects ask for, with everything signed. `state` is the one that the step gave. */
export function effectsToChange(state: FlowState, effects: readonly FlowEffect[], context: EffectContext): Required<Part> {
  const parts = effects.map((effect) => toPart(state, effect, context));
  return {
    outbox: parts.flatMap((part) => part.outbox ?? []),
    supersede: parts.flatMap((part) => part.supersede ?? []),
    hasten: parts.flatMap((part) => part.hasten ?? []),
    events: parts.flatMap((part) => part.events ?? []),
    files: parts.flatMap((part) => part.files ?? []),
  };
}

function toPart(state: FlowState, effect: FlowEffect, context: EffectContext): Part {
  switch (effect.do) {
    case "dispatch": {
      const carried = new Set(carriedTo(context.pipeline, effect.stage).map((artifact) => artifact.name));
      const feedback = (effect.feedback ?? []).filter(({ contract }) => isRead(contract, context.readsOf(effect.stage)));
      const told = notesFor(state, effect, context);
      const grant = grantFor(state, effect, context);
      const sent = send(state, context, {
        kind: "work",
        to: effect.stage,
        epoch: effect.epoch,
        prev: effect.prev,
        attachments: [
          ...effect.attachments.filter(({ contract }) => carried.has(parseContractRef(contract).name)),
          ...feedback,
          ...(told === undefined ? [] : [told.attachment]),
        ],
        deadline: new Date(context.now + clocksOf(state, effect.stage).scheduleToClose).toISOString(),
        ...(grant !== undefined && { grant }),
        ...(effect.reason !== undefined && { reason: shortened(effect.reason) }),
      });
      return { ...sent, ...(told && { files: [told.file] }) };
    }
    case "cancel": {
      const sent = send(state, context, {
        kind: "cancel",
        to: effect.role,
        epoch: effect.epoch,
        attachments: [],
        reason: shortened(effect.reason),
        ...(effect.nodes && { nodes: effect.nodes }),
      });
      return { ...sent, supersede: [{ run: state.id, epoch: effect.epoch - 1 }] };
    }
    case "close":
      return send(state, context, { kind: "close", to: effect.role, epoch: state.epoch, attachments: [], bundle: effect.bundle });
    case "nudge":
      return send(state, context, {
        kind: "nudge",
        to: effect.role,
        epoch: effect.epoch,
        attachments: [],
        reason: shortened(effect.reason),
      });
    case "hasten":
      return { hasten: [state.id] };
    case "sign":
      return { events: [sign(state, effect, context)] };
    case "record": {
      const { type, stage, by, reason } = effect;
      return { events: [context.notary.event(type, { run: state.id, stage, epoch: state.epoch, by }, textFor(reason, by))] };
    }
  }
}

/**
 * The notes to the authors of a stage and of later ones as a file, for nodes that read it: a node hands on what is said to those after it, so that
 * the notes end before the first node that does not.
 */
function notesFor(
  state: FlowState,
  { stage, notes = [] }: { readonly stage: string; readonly notes?: readonly Note[] },
  { readsOf }: EffectContext,
): { readonly attachment: Attachment; readonly file: OwnFile } | undefined {
  const contract = refOf(notesFile);
  const onward = state.route.slice(state.route.indexOf(stage));
  const end = onward.findIndex((role) => !isRead(contract, readsOf(role)));
  const reached = end < 0 ? onward : onward.slice(0, end);
  const told = notes.filter(({ to }) => reached.includes(to));
  if (told.length === 0) return undefined;
  const bytes = Buffer.from(notesFile.write({ run: state.id, notes: told }), "utf8");
  return { attachment: { name: notesFile.file, contract, size: bytes.length, sha256: sha256Of(bytes) }, file: { bytes, contract } };
}

/** Main's word for the stage and those after it, which each node that hands on copies; none of a run that has no run.json. */
function grantFor(
  { id, nodes, given }: FlowState,
  { stage, epoch }: { readonly stage: string; readonly epoch: number },
  { notary }: EffectContext,
): TaskPayload["grant"] {
  const plan = given.find(({ contract }) => parseContractRef(contract).name === "run");
  if (plan === undefined) return undefined;
  return notary.grant({ v: 1, run: id, epoch, plan: plan.sha256, ...(nodes[stage] !== undefined && { nodes }) });
}

type Sent = Pick<TaskPayload, "kind" | "to" | "epoch" | "attachments"> &
  Partial<Pick<TaskPayload, "prev" | "deadline" | "grant" | "reason" | "bundle" | "nodes">>;

/** Row of the outbox with a signed task, and the event that holds the task. Main has no other way to send. */
function send(state: FlowState, { notary, newId, now }: EffectContext, sent: Sent): Part {
  const { nodes = state.nodes } = sent;
  const node = nodes[sent.to];
  const payload: TaskPayload = {
    v: 1,
    id: newId(),
    run: state.id,
    stage: sent.to,
    from: "main",
    fromNode: notary.node,
    ...sent,
    ...(node !== undefined && { nodes }),
  };
  const { envelope, digest } = notary.task(payload);
  const row: SignedTask = {
    id: payload.id,
    to: payload.to,
    ...(node !== undefined && { node }),
    run: state.id,
    payload,
    envelope,
    createdAt: now,
  };
  const facts = { run: state.id, stage: payload.stage, epoch: payload.epoch, task: payload.id, kind: payload.kind, digest };
  return { outbox: [row], events: [notary.event("sent", facts, { others: [envelope] })] };
}

/** Main's own receipt: on a stage it continues the stage's receipts, on the run those of the task that began it. */
function sign(state: FlowState, effect: Extract<FlowEffect, { do: "sign" }>, { notary }: EffectContext): Required<Part>["events"][number] {
  const stage = effect.of ?? state.stages.find((one) => one.stage === effect.stage);
  const text = textFor(effect.reason);
  if (stage?.task !== undefined) {
    const files = stage.outputs.map(({ name, sha256 }) => ({ name, sha256 }));
    // A result without files is the receipt of it.
    const result = stage.produced === undefined ? [] : [{ name: "receipt", sha256: stage.produced }];
    return notary.receipt({
      run: state.id,
      stage: stage.stage,
      task: stage.task,
      epoch: stage.epoch,
      attempt: stage.attempt,
      state: effect.state,
      ...(stage.produced !== undefined && { prev: stage.produced }),
      ...text,
      subjects: files.length === 0 ? result : files,
    });
  }
  const ofRun: EventOfTask["seal"] = (asked) => {
    const prev = asked?.lastReceipt ?? state.accepted;
    const subject =
      state.bundle === undefined
        ? { name: "task", sha256: asked?.digest ?? state.accepted }
        : { name: "manifest-sha256.txt", sha256: state.bundle };
    return notary.receipt({
      run: state.id,
      stage: "main",
      task: state.id,
      epoch: state.epoch,
      attempt: asked?.attempt ?? 0,
      state: effect.state,
      ...(effect.state === "closed" && state.without && { without: state.without.map(({ node, by }) => ({ node, by })) }),
      ...(prev !== "" && { prev }),
      ...text,
      subjects: [subject],
    });
  };
  return { task: state.id, seal: ofRun };
}

/** Text of a reason that an operator, or a clock of main's own, gives. */
function textFor(reason: string | undefined, by?: string): { readonly text?: FreeText } {
  return reason === undefined ? {} : { text: { code: by === "main" ? "clock" : "operator", text: reason } };
}
