// docs/run-states.md against main's flow: `step` is driven through every order of events of a small run, and through arbitrary ones of a
// larger. Everything that it reaches must stand in the document, and everything that stands there must be reached.
import { globSync, readFileSync } from "node:fs";
import { array, assert, constantFrom, property } from "fast-check";
import { type FlowEvent, ladder, toRunStatus } from "@tasuki/flow";
import { Rung, RunStatus, sha256Of } from "@tasuki/protocol";
import { beforeAll, expect, test } from "vitest";
import {
  combinations,
  conditions,
  decided,
  readArrows,
  refusals,
  ladderRows,
  runBlocks,
  rungs,
  runStates,
  stageBlocks,
} from "./run-states/document.ts";
import { begin, everyEvent, intakeDone } from "./run-states/every-event.ts";
import { inEveryOrder, inOrder } from "./run-states/every-order.ts";
import { createJudge } from "./run-states/judge.ts";
import { outcomeOf, statesOfVerbs, typedVerbs } from "./run-states/verbs.ts";

const root = new URL("../", import.meta.url).pathname;
const namesOf = (rows: readonly { readonly name: string }[]): string[] => rows.map(({ name }) => name);

/** True for what happens to a run that is being cancelled, and moves no other one. */
const isOfCancel = (event: FlowEvent): boolean =>
  event.is === "ask-stopped" || (event.is === "receipt" && event.receipt.state === "fenced");
const isOfDeadline = ({ is }: FlowEvent): boolean => is === "deadline" || is === "extend";
/** True for what happens to a run whose one stage goes well. */
const isSmooth = (event: FlowEvent): boolean => {
  if (event.is === "receipt" && event.receipt.stage === "main") return event.subjects.some(({ name, sha256 }) => sha256Of(name) === sha256);
  if (event.is === "receipt")
    return !["blocked", "archived", "fenced"].includes(event.receipt.state) && event.receipt.decision === undefined;
  return ["intake-done", "dispatched", "pulled"].includes(event.is) || ("unmet" in event && event.unmet?.length === 0);
};

const reached = createJudge();
// A route of one role, whole; and the second role of two, of which the first one does nothing. A replaced node begins a new epoch, as a
// retry does, and doubles the states, and so does a pause: they are left to the last test.
beforeAll(() => {
  const doubling: readonly string[] = ["installed", "pause", "resume", "rollback", "close"];
  const every = everyEvent(["sg"], { epochs: [1] }).filter(({ is }) => !doubling.includes(is));
  const whole = every.filter((event) => !isOfCancel(event) && !isOfDeadline(event));
  inEveryOrder(["sg"], whole, reached.judge);
  const early = everyEvent(["nano", "sg"], { about: ["sg"], epochs: [1] }).filter(({ is }) => is === "receipt" || is === "dispatched");
  inOrder(["sg"], [intakeDone, { is: "cancel", by: "ops" }, ...every.filter(isOfCancel)], reached.judge);
  const [intake] = whole;
  if (intake !== undefined) inEveryOrder(["nano", "sg"], [intake, { is: "cancel", by: "ops" }, ...early], reached.judge);
  // A deadline that passes changes the run alone: it comes at each moment of a run that goes well, and then what else can change the run.
  const once = every.filter(isSmooth);
  // Not in the order in which they go on from each other: four times over brings the run to its end.
  const smooth = [...once, ...once, ...once, ...once];
  const passed = every.filter(({ is }) => is === "deadline");
  const others = every.filter(({ is }) => ["extend", "intake-blocked", "closing-checked", "retry", "cancel"].includes(is));
  for (const at of smooth.keys())
    for (const next of others) inOrder(["sg"], [...smooth.slice(0, at), ...passed, next, ...passed, ...smooth.slice(at)], reached.judge);
  // A run that was asked to fail does so at whatever block comes to it on its way.
  for (const at of smooth.keys())
    for (const next of every) inOrder({ ...begin(["sg"]), fails: true }, [...smooth.slice(0, at), next], reached.judge);
}, 180_000);

test("the states, rungs, conditions and blocks are those of the messages", () => {
  const { state, stages, block } = RunStatus.shape;
  expect(namesOf(runStates)).toEqual(state.options);
  expect(namesOf(rungs)).toEqual(Rung.options);
  expect(conditions).toEqual(stages.element.shape.condition.options);
  expect(namesOf([...stageBlocks, ...runBlocks]).toSorted()).toEqual(block.unwrap().shape.kind.unwrap().unwrap().options.toSorted());
});

test("every kind of event happens to these runs, but a nudge, and what a node tells of its attempts, which move nothing", () => {
  // An event that is new has to be named here, or does not compile.
  const kinds: Readonly<Record<Exclude<FlowEvent["is"], "nudge" | "attempt">, true>> = {
    "intake-done": true,
    "intake-blocked": true,
    dispatched: true,
    receipt: true,
    pulled: true,
    "pull-failed": true,
    checked: true,
    "closing-checked": true,
    "outbox-blocked": true,
    peer: true,
    installed: true,
    clock: true,
    deadline: true,
    extend: true,
    retry: true,
    "send-back": true,
    answer: true,
    cancel: true,
    "ask-stopped": true,
    close: true,
    pause: true,
    resume: true,
    rollback: true,
  };
  expect(new Set(everyEvent(["sg"], { epochs: [1] }).map(({ is }) => is))).toEqual(new Set(Object.keys(kinds)));
});

test("each rung, condition and block that a stage reaches stands in the table, and each of the table is reached", () => {
  expect([...reached.stages].toSorted()).toEqual(combinations.toSorted());
});

test("a run goes on from its states as the table says, with the blocks that it says, and in no other way", () => {
  const free = runStates.map(({ name }) => `${name} | free`);
  const blocked = runStates.flatMap(({ name, blocks }) => blocks.map((block) => `${name} | ${block}`));
  expect([...reached.states].toSorted()).toEqual([...free, ...blocked].toSorted());
  expect([...reached.arrows.states].toSorted()).toEqual(
    runStates.flatMap(({ name, next }) => next.map((one) => `${name} --> ${one}`)).toSorted(),
  );
});

test("a block is raised as the document says, is cleared by what it says, and by nothing else", () => {
  expect([...reached.faults]).toEqual([]);
  const claims = [...stageBlocks, ...runBlocks].flatMap(({ name, clearedBy, givesWayTo }) =>
    [...clearedBy, ...givesWayTo].map((word) => `${name}: ${word}`),
  );
  expect(claims.filter((claim) => !reached.shown.has(claim))).toEqual([]);
});

test("the ladder is the one that main climbs", () => {
  expect(ladderRows).toEqual(ladder.map(({ rule, does, target, waits, since, repeats }) => [rule, does, target, waits, since, repeats]));
});

test("the arrows of the diagram are steps that a run takes", () => {
  const first = begin(["sg"]);
  const climb = Rung.options.slice(1).map((rung, at) => `${Rung.options[at]} --> ${rung}`);
  expect(climb.filter((arrow) => !reached.arrows.rungs.has(arrow))).toEqual([]);
  const steps = [`[*] --> ${first.state}`, `[*] --> ${first.stages[0]?.rung}`, ...climb, ...reached.arrows.states];
  expect(readArrows().toSorted()).toEqual(steps.toSorted());
});

test("what is awaited on a rung, and of whom, is what status says", () => {
  const route = ["nano", "sg", "jp"];
  const whom = (of: string, at: number): string | undefined => {
    switch (of) {
      case "the stage before it":
        return route[at - 1] ?? "main";
      case "the stage after it":
        return route[at + 1] ?? "main";
      case "main":
        return "main";
      default:
        return route[at];
    }
  };
  for (const { name, awaits, of } of rungs) {
    const state = begin(route);
    const stages = state.stages.map((stage) => ({ ...stage, rung: Rung.parse(name) }));
    const said = toRunStatus({ ...state, stages }).stages.map((stage) => stage.awaits);
    expect(said).toEqual(route.map((_, at) => (awaits === undefined ? undefined : { rung: awaits, from: whom(of, at) })));
  }
});

test("what a person sees and types is what the product says and knows", () => {
  const sources = globSync("packages/*/src/**/*.ts", { cwd: root, exclude: (path) => path.endsWith(".test.ts") })
    .map((path) => readFileSync(`${root}${path}`, "utf8"))
    .join("\n");
  const blocks = [...stageBlocks, ...runBlocks];
  expect(namesOf(blocks.filter(({ reasons }) => reasons.length === 0))).toEqual([]);
  const parts = blocks.flatMap(({ reasons }) => reasons.flatMap(({ words }) => words.split("…").map((part) => part.trim())));
  expect(parts.filter((part) => !sources.includes(part))).toEqual([]);
  const verbs = globSync("packages/operator/src/commands/*.ts", { cwd: root }).map((path) => path.replaceAll(/^.*\/|\.ts$/g, ""));
  const typed = blocks.flatMap(({ commands }) => commands).filter((command) => command.startsWith("tasuki "));
  expect(typed.length).toBeGreaterThan(5);
  expect(typed.filter((command) => !verbs.includes(command.split(" ")[1] ?? ""))).toEqual([]);
});

// guarantees: R10.verbs
test("each verb does in each state of a run what the table says, or is refused in the words that it names", () => {
  const told = Object.entries(typedVerbs).flatMap(([verb, typed]) =>
    Object.entries(statesOfVerbs).map(([state, of]) => ({ verb, state, of: outcomeOf(of, typed) })),
  );
  const said = decided.map(({ verb, state, says }) => {
    const refused = refusals.get(says);
    return { verb, state, of: refused === undefined ? { state: says } : { refused } };
  });
  expect(said).toEqual(told);
  expect([...refusals.keys()].filter((number) => !decided.some(({ says }) => says === number))).toEqual([]);
});

test("whatever happens to a run of three roles, in whatever order, the document knows it", () => {
  const route = ["nano", "sg", "jp"];
  const some = array(constantFrom(...everyEvent(route, { epochs: [1, 2] })), { maxLength: 80, size: "max" });
  assert(
    property(some, (events) => {
      const { judge, stages, faults } = createJudge();
      inOrder(route, events, judge);
      expect([...stages].filter((row) => !combinations.includes(row))).toEqual([]);
      expect([...faults]).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
