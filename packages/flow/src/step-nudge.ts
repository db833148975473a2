import type { FlowEffect, Stepped } from "./flow-effect.ts";
import type { FlowEvent } from "./flow-event.ts";
import { type FlowState, isAtLeast, type StageFlow } from "./flow-state.ts";

/** Plans a nudge: the roles that are asked to look again, or why it is refused. By default they are the holders of stages that aren't handed on. */
export function planNudge(state: FlowState, asked?: string): { readonly roles: readonly string[] } | { readonly refused: string } {
  if (state.state === "closing") return { roles: ["main"] };
  if (state.state !== "open") return { refused: `run ${state.id} is ${state.state}; nothing of it is awaited` };
  if (asked !== undefined && !state.route.includes(asked))
    return { refused: `run ${state.id} has no stage '${asked}'; its stages are ${state.route.join(", ")}` };
  const wanted = state.stages.filter((stage) => asked === undefined || stage.stage === asked);
  const roles = wanted.flatMap((stage) => (isAwaited(stage) ? [holderOf(stage)] : []));
  if (asked !== undefined && roles.length === 0)
    return { refused: `nothing is awaited of ${asked}: its rung is '${state.stages.find(({ stage }) => stage === asked)?.rung}'` };
  // Main itself is awaited at intake, and when every stage is verified.
  return { roles: roles.length === 0 ? ["main"] : [...new Set(roles)] };
}

function isAwaited({ rung }: StageFlow): boolean {
  return isAtLeast(rung, "dispatched") && !isAtLeast(rung, "handed-off");
}

/** Role that holds a stage: until it is accepted the sender of its task, then its own. */
function holderOf({ stage, rung, from = "main" }: StageFlow): string {
  return rung === "dispatched" ? from : stage;
}

/** Nudge of a stage's own node before it has its task: main's word for a hand-off that does not bring it. */
export function vouchFor({ stage, epoch }: { readonly stage: string; readonly epoch: number }): FlowEffect {
  return { do: "nudge", role: stage, epoch, reason: `${stage} is handed work of this run` };
}

/** Nudges each holder; main's own part of it is that its outbox sends the run's tasks now. The state stays the same. */
export function stepNudge(state: FlowState, event: Extract<FlowEvent, { is: "nudge" }>): Stepped {
  const plan = planNudge(state, event.stage);
  if ("refused" in plan) return [state, []];
  const reason = event.reason ?? `${event.by} asks where it stands`;
  const nudges = plan.roles.flatMap((role): FlowEffect[] => {
    const epoch = state.stages.find(({ stage }) => stage === role)?.epoch;
    return epoch === undefined || event.underWay?.includes(role) ? [] : [{ do: "nudge", role, epoch, reason }];
  });
  const stage = event.stage ?? plan.roles.join(", ");
  return [state, [{ do: "record", type: "nudge", stage, by: event.by, reason }, { do: "hasten" }, ...nudges]];
}
