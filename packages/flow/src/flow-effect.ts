import type { Attachment, Note } from "@tasuki/protocol";
import type { FlowState, StageFlow } from "./flow-state.ts";

/** Effect that must be committed with the new state. The caller adds ids and signatures. */
export type FlowEffect =
  /** Dispatch from main. `attachments`: all files that main holds of what comes before the stage; the caller sends those that the stage carries. */
  | {
      readonly do: "dispatch";
      readonly stage: string;
      readonly epoch: number;
      readonly prev: string;
      readonly attachments: readonly Attachment[];
      /**
       * Files of later stages that the work was sent back with, and notes to the authors of it and of the stages after it; the caller brings them
       * to nodes that take them.
       */
      readonly feedback?: readonly Attachment[];
      readonly notes?: readonly Note[];
      readonly reason?: string;
    }
  /** Cancel of what a role's node still does at a lower epoch. `nodes`: the placement that it is told by, where the run stands on others by now. */
  | {
      readonly do: "cancel";
      readonly role: string;
      readonly epoch: number;
      readonly reason: string;
      readonly nodes?: Readonly<Record<string, string>>;
    }
  | { readonly do: "close"; readonly role: string; readonly bundle: string }
  /** Nudge: the role's node looks again at everything that it holds of the run. */
  | { readonly do: "nudge"; readonly role: string; readonly epoch: number; readonly reason: string }
  /** Outbox rows of the run on main become due now. */
  | { readonly do: "hasten" }
  | {
      readonly do: "sign";
      readonly state: "verified" | "closed" | "cancelled" | "failed";
      readonly stage: string;
      /** Stage as it was, where the state has it at a later epoch by now. */
      readonly of?: StageFlow;
      readonly reason?: string;
    }
  /** Record of a decision of an operator, or of main itself, for the feed. */
  | {
      readonly do: "record";
      readonly type: "retry" | "nudge" | "note" | "answer" | "sent-back" | "cancel" | "close" | "pause" | "resume" | "rollback" | "extend";
      readonly stage: string;
      readonly by: string;
      readonly reason?: string;
    };

/**
 * Cancels of what a run's roles, from one of them on, still do at a lower epoch. All are told, and the nodes that their stages were taken from: the
 * work may have gone further than main has heard.
 */
export function cancelFrom(
  { route, nodes, left = [] }: Pick<FlowState, "route" | "nodes" | "left">,
  at: number,
  { epoch, reason }: { readonly epoch: number; readonly reason: string },
): readonly FlowEffect[] {
  return route
    .slice(at)
    .flatMap((role): FlowEffect[] => [
      { do: "cancel", role, epoch, reason },
      ...left.flatMap((one) =>
        one.role === role ? [{ do: "cancel" as const, role, epoch, reason, nodes: { ...nodes, [role]: one.node } }] : [],
      ),
    ]);
}

/** Work that the state calls for. It leaves no trace until it is done, so it is derived anew (`wants`) and begins again after a restart. */
export type FlowWant =
  | { readonly want: "pull"; readonly stage: string; readonly epoch: number; readonly task: string }
  | { readonly want: "check"; readonly stage: string; readonly epoch: number }
  | { readonly want: "send-back"; readonly stage: string; readonly epoch: number }
  | { readonly want: "stopped"; readonly stage: string; readonly epoch: number }
  | { readonly want: "closing-check"; readonly epoch: number };

/** Next state, and the effects that must be committed with it. */
export type Stepped = readonly [FlowState, readonly FlowEffect[]];
