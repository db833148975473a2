import { type FlowState, planNudge, refusalOf, step, type Verb } from "@tasuki/flow";
import { begin, honestStage, intakeBlocked, intakeDone, lastHop, run, stuck } from "./every-event.ts";

const route = ["nano", "sg", "jp"];
const through = (events: readonly Parameters<typeof step>[1][], from = begin(route)): FlowState =>
  events.reduce((state, event) => step(state, event, 10)[0], from);
const done = (stage: string) => honestStage(stage, { route, epoch: 1 });
const [accepted, started] = done("sg");
const reached = (events: readonly (Parameters<typeof step>[1] | undefined)[]): FlowState =>
  through([intakeDone, ...done("nano"), ...events.filter((event) => event !== undefined)]);

const verified = through([...done("sg"), ...done("jp"), lastHop({ route, epoch: 1 })], reached([]));
const closing = step(verified, { is: "closing-checked", epoch: 1, unmet: [], bundle: "0".repeat(64) }, 10)[0];
const running = reached([accepted, started]);

/** A run in each of the states in which a person may come upon it, by the name that the document has for it: nano is verified, and it is at sg. */
export const statesOfVerbs: Readonly<Record<string, FlowState>> = {
  intake: begin(route),
  "intake blocked": through([intakeBlocked]),
  waiting: reached([accepted]),
  running,
  blocked: reached([accepted, started, stuck("sg", { epoch: 1 })]),
  asking: reached([accepted, started, stuck("sg", { epoch: 1, outcome: "needs-human" })]),
  verified,
  paused: step(running, { is: "pause", by: "ops" }, 10)[0],
  closing,
  closed: { ...closing, state: "closed" },
  failed: { ...running, state: "failed" },
  cancelling: step(running, { is: "cancel", by: "ops" }, 10)[0],
  cancelled: step(running, { is: "cancel", by: "ops", now: true }, 10)[0],
};

/** Verbs of a person about them, as they are typed without the run. */
export const typedVerbs: Readonly<Record<string, Verb | "nudge">> = {
  nudge: "nudge",
  answer: { is: "answer", by: "ops", text: "the second one" },
  retry: { is: "retry", by: "ops" },
  "retry --from sg": { is: "retry", by: "ops", stage: "sg" },
  "retry --from jp": { is: "retry", by: "ops", stage: "jp" },
  "retry --note TEXT": { is: "retry", by: "ops", note: "look at S2" },
  "retry --deadline TIME": { is: "extend", by: "ops", wantedBy: 99_000 },
  pause: { is: "pause", by: "ops" },
  resume: { is: "resume", by: "ops" },
  "rollback --to sg": { is: "rollback", by: "ops", to: "sg" },
  "rollback --to jp": { is: "rollback", by: "ops", to: "jp" },
  "close --without jp": { is: "close", by: "ops", without: "jp" },
  cancel: { is: "cancel", by: "ops" },
  "cancel --now": { is: "cancel", by: "ops", now: true },
};

/** Outcome of a verb on a run: the state that it is in afterwards, or the words by which it is refused. */
export function outcomeOf(state: FlowState, verb: Verb | "nudge"): { readonly state: string } | { readonly refused: string } {
  const refused = verb === "nudge" ? refusedNudge(state) : refusalOf(state, verb);
  if (refused !== undefined) return { refused: refused.replaceAll(run, "RUN").replace(` is ${state.state};`, " is STATE;") };
  const after = verb === "nudge" ? state : step(state, verb, 20)[0];
  return { state: after.paused === undefined ? after.state : "paused" };
}

function refusedNudge(state: FlowState): string | undefined {
  const plan = planNudge(state);
  return "refused" in plan ? plan.refused : undefined;
}
