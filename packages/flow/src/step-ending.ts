import { type Block, shortened, type Unmet } from "@tasuki/protocol";
import { cancelFrom, type FlowEffect, type Stepped } from "./flow-effect.ts";
import type { FlowEvent, ReceiptEvent } from "./flow-event.ts";
import type { FlowState } from "./flow-state.ts";
import { blocked, changeStage, isSameBlock, toReason } from "./change-stage.ts";
import { isToBeRetried } from "./step-clock.ts";
import { isReadyToClose } from "./wants.ts";

/** Steps a run whose closing check has ended: it begins to close, or is blocked for a decision. */
export function stepClosingChecked(state: FlowState, event: Extract<FlowEvent, { is: "closing-checked" }>): Stepped {
  if (!isReadyToClose(state) || event.epoch !== state.epoch) return [state, []];
  if (event.unmet.length > 0)
    return [
      {
        ...state,
        block: {
          kind: "closing-check",
          reason: `the run's files do not hold together: ${toReason(event.unmet)}`,
          needs: "a stage that is done again",
          owner: "operator",
          clearsWith: `tasuki retry ${state.id} --from ${blamed(state, event.unmet)}`,
          unmet: [...event.unmet],
        },
      },
      [],
    ];
  return [
    { ...unblockedRun(state), state: "closing", bundle: event.bundle },
    state.route.map((role): FlowEffect => ({ do: "close", role, bundle: event.bundle })),
  ];
}

/** State without its block: the deadline's is over once all work is done. */
function unblockedRun(state: FlowState): FlowState {
  const { block: _, ...rest } = state;
  return rest;
}

/** First stage that made one of the files which do not hold; the last stage where the check names none. */
function blamed({ stages, route }: FlowState, unmet: readonly Unmet[]): string {
  const made = stages.find(({ outputs }) => outputs.some(({ name }) => unmet.some(({ file }) => file === name)));
  return made?.stage ?? route.at(-1) ?? "main";
}

/** Steps a run of which a node refused a task for good: a dispatch blocks its stage, a `close` the run. A refused `cancel` changes nothing. */
export function stepRefused(state: FlowState, event: Extract<FlowEvent, { is: "outbox-blocked" }>): FlowState {
  if (event.kind === "close") {
    const { stage: role } = event;
    if (state.state !== "closing" || !state.route.includes(role) || state.archived.includes(role)) return state;
    if (state.without?.some((one) => one.role === role) === true) return state;
    const block: Block = { ...event.block, kind: "close", owner: role };
    return isSameBlock(state.refusals?.[role], block) ? state : withRefusals(state, { ...state.refusals, [role]: block });
  }
  if (state.state !== "open") return state;
  return changeStage(state, event, (stage) => (stage.rung === "dispatched" ? blocked(stage, "dispatch", event.block) : stage));
}

/** Steps a run that a node says it has archived; its receipt counts if it is over the bundle that main asked for. */
export function stepArchived(state: FlowState, { receipt: { role }, subjects }: ReceiptEvent): FlowState {
  if (state.state !== "closing" || !state.route.includes(role) || state.archived.includes(role)) return state;
  if (!subjects.some((subject) => subject.sha256 === state.bundle)) return state;
  const { [role]: _, ...refusals } = state.refusals ?? {};
  return withRefusals({ ...state, archived: [...state.archived, role] }, refusals);
}

/** State of a closing run with these refusals to archive it; the first in the order of the route is its block. */
export function withRefusals(state: FlowState, refusals: Readonly<Record<string, Block>>): FlowState {
  const { block: _, refusals: __, ...rest } = state;
  const block = rest.route.map((role) => refusals[role]).find((one) => one !== undefined);
  return block === undefined ? rest : { ...rest, block, refusals };
}

/** Fails a run that was asked for so, where it would wait for a person. What main does by itself comes before: it waits for a retry that is to come. */
export function stepFailing(state: FlowState, now: number): Stepped {
  if (state.fails !== true || state.state !== "open") return [state, []];
  const own = state.block === undefined || state.block.kind === "unseen" ? undefined : { stage: "main", block: state.block };
  const stuck = state.stages.find(
    (stage) => stage.block !== undefined && stage.block.kind !== "scheduleToStart" && !isToBeRetried(state, stage),
  );
  const { stage, block } = own ?? stuck ?? {};
  if (stage === undefined || block === undefined) return [state, []];
  const reason = shortened(block.reason);
  const epoch = state.epoch + 1;
  const { block: _, paused: __, withheld: ___, ...rest } = state;
  return [
    { ...rest, state: "failed", epoch, endedAt: now, failed: { stage, reason } },
    [...(state.epoch === 0 ? [] : cancelFrom(state, 0, { epoch, reason })), { do: "sign", state: "failed", stage: "main", reason }],
  ];
}
