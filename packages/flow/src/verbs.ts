import type { FlowEffect } from "./flow-effect.ts";
import type { FlowState } from "./flow-state.ts";
import { planAnswer, planRetry } from "./step-retry.ts";
import { refuseCancel } from "./step-cancel.ts";
import { planClose } from "./step-close.ts";
import { planRollback, refusePause, refuseResume } from "./step-pause.ts";
import { refuseExtend } from "./step-clock.ts";
import { step } from "./step.ts";
import type { Verb } from "./verb.ts";

/** Reason why a verb is refused of a run as it is, in the words that a person reads; undefined where it is taken. */
export function refusalOf(state: FlowState, verb: Verb): string | undefined {
  switch (verb.is) {
    case "retry": {
      const plan = planRetry(state, verb);
      return "refused" in plan ? plan.refused : undefined;
    }
    case "answer": {
      const plan = planAnswer(state);
      return "refused" in plan ? plan.refused : undefined;
    }
    case "cancel":
      return refuseCancel(state);
    case "extend":
      return refuseExtend(state);
    case "close": {
      const plan = planClose(state, verb.without);
      return "refused" in plan ? plan.refused : undefined;
    }
    case "pause":
      return refusePause(state);
    case "resume":
      return refuseResume(state);
    case "rollback": {
      const plan = planRollback(state, verb.to);
      return "refused" in plan ? plan.refused : undefined;
    }
  }
}

/** Plan of a verb that is taken: all that it would do, told in lines. It is the step itself, which is then not committed. */
export function planOf(state: FlowState, verb: Verb, now: number): readonly string[] {
  const [next, effects] = step(state, verb, now);
  return [...changesOf(state, next), ...effects.flatMap((effect) => toldEffect(effect, next))];
}

function changesOf(before: FlowState, after: FlowState): readonly string[] {
  return [
    ...(after.state === before.state ? [] : [`the run is ${after.state}`]),
    ...(before.paused === undefined && after.paused !== undefined ? ["the run is paused, until 'tasuki resume'"] : []),
    ...(before.paused !== undefined && after.paused === undefined && after.state === "open"
      ? ["the run goes on, and is paused no more"]
      : []),
    ...(after.wantedBy === before.wantedBy || after.wantedBy === undefined
      ? []
      : [`the run is wanted by ${new Date(after.wantedBy).toISOString()}`]),
    ...(after.without ?? []).flatMap(({ node }) =>
      before.without?.some((one) => one.node === node) === true ? [] : [`the 'archived' of ${node} is awaited no more`],
    ),
    ...(after.epoch === before.epoch ? [] : [`the run goes from epoch ${before.epoch} to ${after.epoch}`]),
    ...after.stages.flatMap(({ stage, epoch, rung, outputs }, at) => {
      const was = before.stages[at];
      if (was === undefined || after.epoch === before.epoch || after.state !== "open" || (was.epoch === epoch && rung === "waiting"))
        return [];
      if (was.epoch === epoch) return [`${stage} keeps what is proven of it: '${rung}'${filesOf(outputs)}`];
      return was.outputs.length === 0 ? [] : [`${stage} is done again, without${filesOf(was.outputs).replace(",", "")}`];
    }),
    ...Object.entries(after.nodes).flatMap(([role, node]) =>
      before.nodes[role] === node ? [] : [`${role} stands on ${node} from then on, and no more on ${before.nodes[role] ?? role}`],
    ),
  ];
}

function filesOf(outputs: readonly { readonly name: string; readonly sha256: string }[]): string {
  return outputs.map(({ name, sha256 }) => `, ${name} ${sha256.slice(0, 12)}`).join("");
}

/** Lines that tell what an effect sends; none for one that only records. */
function toldEffect(effect: FlowEffect, { nodes }: FlowState): readonly string[] {
  switch (effect.do) {
    case "dispatch": {
      const { stage, epoch, attachments, feedback = [], notes = [] } = effect;
      const files = attachments.length + feedback.length;
      const told = notes.length === 0 ? "" : `, and ${notes.length} of the notes to its author`;
      return [`main sends the work of ${stage} to ${nodes[stage] ?? stage} at epoch ${epoch}, of ${files} files${told}`];
    }
    case "cancel":
      return [`main tells ${(effect.nodes ?? nodes)[effect.role] ?? effect.role} to drop what it has of epochs below ${effect.epoch}`];
    case "close":
      return [`main asks ${nodes[effect.role] ?? effect.role} to archive the run`];
    case "nudge":
      return [`main asks ${nodes[effect.role] ?? effect.role} to look again`];
    case "sign":
      return [`main signs '${effect.state}' of ${effect.stage === "main" ? "the run" : effect.stage}`];
    case "hasten":
    case "record":
      return [];
  }
}
