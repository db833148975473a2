import { createHash } from "node:crypto";
import { type FlowEvent, type FlowState, newFlow } from "@tasuki/flow";
import type { Attachment, Block, Receipt, Unmet } from "@tasuki/protocol";

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
const id = (text: string): string => {
  const hex = hash(text);
  return `0197c0de-${hex.slice(0, 4)}-7${hex.slice(4, 7)}-8${hex.slice(7, 10)}-${hex.slice(10, 22)}`;
};
const file = (name: string): Attachment => ({ name, contract: "note@1", size: 1, sha256: hash(name) });

/** The run that everything here happens to. */
export const run = id("run");
const unmet: Unmet = { file: "note.md", line: 3, expected: "a verdict", got: "none", fix: "write one" };
const bundle = hash("bundle");
const accepted = hash("accepted");

const wantedBy = 9_000;
const later = 99_000;

/** A block as a node or main's outbox raises it, in their own words. */
const blockOf = (reason: string): Block => ({ reason, needs: "its cause mended", owner: "operator", clearsWith: "its cause mended" });

/** Ends of an intake. */
export const intakeDone: FlowEvent = { is: "intake-done", given: [file("run.json")], sources: [], accepted, nodes: {} };
export const intakeBlocked: FlowEvent = {
  is: "intake-blocked",
  block: { ...blockOf("the brief can't be read: it is empty"), kind: "intake" },
};

/** The run as it is asked for. */
export function begin(route: readonly string[]): FlowState {
  return newFlow({
    profile: "plain",
    payload: { run, from: "ops", deadline: new Date(wantedBy).toISOString() },
    brief: "What is it?",
    route,
    now: 1,
  });
}

interface Scope {
  /** The stages that something happens to; all of them by default. */
  readonly about?: readonly string[];
  readonly epochs: readonly number[];
}

/** Every event of a run over a route that can change what a person sees of it: what is true, what is late, and what a liar says. */
export function everyEvent(route: readonly string[], { about = route, epochs }: Scope): readonly FlowEvent[] {
  return [
    intakeDone,
    intakeBlocked,
    {
      is: "intake-blocked",
      block: { ...blockOf("main has never reached sg, so it can't know which contract versions to use"), kind: "unseen", owner: "sg" },
    },
    { is: "retry", by: "ops" },
    { is: "answer", by: "ops", text: "the second one" },
    { is: "cancel", by: "ops" },
    { is: "cancel", by: "ops", now: true },
    { is: "pause", by: "ops" },
    { is: "resume", by: "ops" },
    { is: "deadline", due: wantedBy },
    { is: "extend", wantedBy: later, by: "ops" },
    { is: "deadline", due: later },
    ...about.flatMap((role): FlowEvent[] => [
      { is: "rollback", by: "ops", to: role },
      { is: "close", by: "ops", without: role },
      { is: "retry", by: "ops", stage: role },
      { is: "peer", role, reachable: true },
      { is: "peer", role, reachable: false },
      { is: "installed", role, instance: id(`other host of ${role}`) },
    ]),
    ...epochs.flatMap((epoch): FlowEvent[] => [
      { is: "closing-checked", epoch, unmet: [], bundle },
      { is: "closing-checked", epoch, unmet: [unmet], bundle },
      ...acceptances("main", { route, epoch, epochs }),
      ...about.flatMap((stage) => [...acceptances(stage, { route, epoch, epochs }), ...ofStage(stage, { route, epoch })]),
    ]),
  ];
}

interface Place {
  readonly route: readonly string[];
  readonly epoch: number;
}

const before = (stage: string, route: readonly string[]): string | undefined =>
  stage === "main" ? route.at(-1) : route[route.indexOf(stage) - 1];
const producedOf = (stage: string, epoch: number): string => hash(`produced ${stage}.${epoch}`);
const outputOf = (stage: string, epoch: number): Attachment => file(`${stage}.${epoch}.md`);
const taskOf = (stage: string, epoch: number): string => id(`${stage}.${epoch}`);

function receipt(stage: string, epoch: number, more: Pick<Receipt, "state"> & Partial<Receipt>): Extract<FlowEvent, { is: "receipt" }> {
  const signed: Receipt = {
    node: stage,
    instance: id(`instance ${stage}`),
    role: stage,
    run,
    stage,
    task: taskOf(stage, epoch),
    epoch,
    attempt: 1,
    at: new Date(1_000 * epoch).toISOString(),
    index: 0,
    ...more,
  };
  const { state } = signed;
  const outputs = state === "produced" ? [outputOf(stage, epoch)] : [];
  return {
    is: "receipt",
    receipt: signed,
    digest: state === "produced" ? producedOf(stage, epoch) : hash(JSON.stringify(signed)),
    subjects: state === "archived" ? [{ name: "manifest-sha256.txt", sha256: bundle }] : outputs,
    outputs,
  };
}

/** A stage's `accepted` of what was produced before it, of other bytes of that, and of what nobody produced. */
function acceptances(stage: string, { route, epoch, epochs }: Place & { readonly epochs: readonly number[] }): FlowEvent[] {
  const event = receipt(stage, epoch, { state: "accepted", attempt: 0 });
  const previous = before(stage, route);
  if (previous === undefined) return [{ ...event, follows: accepted }];
  return [
    { ...event, follows: hash("what nobody produced") },
    ...epochs.flatMap((after): FlowEvent[] => {
      const follows = producedOf(previous, after);
      const output = outputOf(previous, after);
      return [
        { ...event, subjects: [output], follows },
        { ...event, subjects: [{ ...output, sha256: hash("other bytes") }], follows },
      ];
    }),
  ];
}

/** Receipt of a node that gives a stage up, or asks something of a person. */
export function stuck(stage: string, { epoch, outcome }: Pick<Place, "epoch"> & { readonly outcome?: "needs-human" }): FlowEvent {
  return receipt(stage, epoch, { state: "blocked", reason: `${stage}: which one?`, ...(outcome && { outcome }) });
}

/** Main's acceptance of the last result. */
export function lastHop({ route, epoch }: Place): FlowEvent {
  const event = receipt("main", epoch, { state: "accepted", attempt: 0 });
  const last = route.at(-1) ?? "main";
  return { ...event, subjects: [outputOf(last, epoch)], follows: producedOf(last, epoch) };
}

/** Events of a stage without trouble, in their order: it is accepted, started, produced, pulled and checked. */
export function honestStage(stage: string, { route, epoch }: Place): FlowEvent[] {
  const previous = before(stage, route);
  const event = receipt(stage, epoch, { state: "accepted", attempt: 0 });
  const taken = previous === undefined ? [] : [outputOf(previous, epoch)];
  return [
    { ...event, subjects: taken, follows: previous === undefined ? accepted : producedOf(previous, epoch) },
    receipt(stage, epoch, { state: "started" }),
    receipt(stage, epoch, { state: "produced" }),
    { is: "pulled", stage, epoch, outputs: [outputOf(stage, epoch)] },
    { is: "checked", stage, epoch, unmet: [] },
  ];
}

function ofStage(stage: string, { route, epoch }: Place): FlowEvent[] {
  const previous = before(stage, route);
  return [
    ...[1, 2].flatMap((attempt): FlowEvent[] => [
      receipt(stage, epoch, { state: "started", attempt }),
      receipt(stage, epoch, {
        state: "blocked",
        attempt,
        reason: `${stage}: the next node refused the hand-off for good: which one?`,
        outcome: "needs-human",
      }),
      receipt(stage, epoch, { state: "blocked", attempt, reason: `${stage}: the next node refused the hand-off for good: not_granted` }),
    ]),
    receipt(stage, epoch, { state: "produced" }),
    receipt(stage, epoch, { state: "produced", decision: "again", direction: "back" }),
    receipt(stage, epoch, { state: "produced", decision: "perhaps" }),
    receipt(stage, epoch, { state: "archived" }),
    ...[epoch, epoch + 1].flatMap((at) => [
      receipt(stage, at, { state: "fenced", outcome: "running" }),
      receipt(stage, at, { state: "fenced", outcome: "ended" }),
    ]),
    { is: "ask-stopped", stage, epoch: epoch + 1 },
    {
      is: "dispatched",
      stage,
      epoch,
      task: taskOf(stage, epoch),
      from: previous ?? "main",
      follows: previous === undefined ? accepted : producedOf(previous, epoch),
      at: 5,
    },
    { is: "pulled", stage, epoch, outputs: [outputOf(stage, epoch)] },
    { is: "pull-failed", stage, epoch, reason: "nano-2 gave other bytes" },
    { is: "checked", stage, epoch, unmet: [] },
    { is: "send-back", stage, epoch },
    ...(previous === undefined
      ? []
      : [{ is: "send-back" as const, stage, epoch, feedback: { to: previous, files: [outputOf(stage, epoch)], requests: [] } }]),
    { is: "checked", stage, epoch, unmet: [unmet] },
    ...(["work", "close"] as const).map((kind): FlowEvent => {
      return { is: "outbox-blocked", kind, stage, epoch, block: blockOf(`${stage} refused main's '${kind}': not_granted: no`) };
    }),
    ...(["scheduleToStart", "scheduleToClose"] as const).map((rule): FlowEvent => ({ is: "clock", stage, epoch, rule })),
  ];
}
