import type { FlowState, FlowWant } from "@tasuki/flow";
import type { OutboxRow } from "@tasuki/store";
import { closingCheck, type ClosingDeps } from "./closing-check.ts";
import { findFeedback } from "./find-feedback.ts";
import { pull, type PullDeps } from "./pull.ts";
import { verify } from "./verify.ts";

/** Does what a run wants of main, and tells the run what has come of it. Rejects where that can be tried again, or says for good that it can't be had. */
export async function performWant(
  deps: PullDeps & ClosingDeps,
  state: FlowState,
  { want, signal }: { readonly want: FlowWant; readonly signal: AbortSignal },
): Promise<void> {
  const { store, steps, pipeline, roster } = deps;
  switch (want.want) {
    case "pull":
      return pull(deps, state, { want, signal });
    case "check": {
      const unmet = await verify(deps, state, { stages: [want.stage], signal });
      return steps.apply({ facts: [{ run: state.id, event: { is: "checked", stage: want.stage, epoch: want.epoch, unmet } }] });
    }
    case "send-back": {
      const feedback = await findFeedback({ store, pipeline, roster }, state, want.stage);
      const event = { is: "send-back" as const, stage: want.stage, epoch: want.epoch, ...(feedback && { feedback }) };
      return steps.apply({ facts: [{ run: state.id, event }] });
    }
    case "stopped": {
      // What was asked before and has not been delivered yet is answer enough.
      const isAsked = ({ state: row, payload: { kind, to } }: OutboxRow): boolean =>
        row === "pending" && kind === "cancel" && to === want.stage;
      if ((await store.statusOf({ run: state.id })).outbox.some(isAsked)) return;
      return steps.apply({ facts: [{ run: state.id, event: { is: "ask-stopped", stage: want.stage, epoch: want.epoch } }] });
    }
    case "closing-check":
      return closingCheck(deps, state, signal);
  }
}
