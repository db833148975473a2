import type { Attachment, Block, Clocks, Condition, Receipt, Rung, RunState, Unmet } from "@tasuki/contracts";

/** The roles' progress as main has proven it, and what main wants next. Plain data: stored as JSON, changed only by `step`. */
export interface FlowState {
  readonly id: string;
  readonly state: RunState;
  readonly epoch: number;
  readonly profile: string;
  /** The start of the brief, for lists. */
  readonly brief: string;
  readonly createdAt: number;
  readonly endedAt?: number;
  /** The principal that asked for the run. */
  readonly requestedBy: string;
  /** SHA-256 of the payload of main's `accepted` of the run: `prev` of the first dispatch. Empty until main has read it. */
  readonly accepted: string;
  /** Roles in order; pinned at intake. */
  readonly route: readonly string[];
  readonly clocks: Clocks;
  readonly deadline: number;
  /** run.json, brief.md and the source texts: what main brings to the first stage. Empty until intake is done. */
  readonly given: readonly Attachment[];
  readonly sources: readonly FlowSource[];
  readonly stages: readonly StageFlow[];
  /** Where the run itself is blocked (intake, the closing checks, a `close` that a node refuses). */
  readonly block?: Block;
  /** The last hop, as main accepted it: of which epoch, and the `produced` that it follows from. */
  readonly returned?: {
    readonly epoch: number;
    readonly task: string;
    readonly follows: string;
    readonly at: number;
    readonly took?: readonly Subject[];
  };
  /** Roles that main has no connection to now. */
  readonly unreachable: readonly string[];
  /** By role, the installation of its node that main follows now. */
  readonly installed: Readonly<Record<string, string>>;
  /** Installations that were replaced: what they held is gone. */
  readonly gone: readonly string[];
  /** The archive's digest, from `closing` on. */
  readonly bundle?: string;
  /** Nodes (by role) whose `archived` main holds. */
  readonly archived: readonly string[];
}

interface FlowSource {
  readonly name: string;
  readonly label: string;
  readonly unreadable?: string;
}

/**
 * What raised a block decides what clears it: of `node`, a later attempt; of `dispatch` (main's own task was refused), the next
 * `accepted`; of `hand-off` and `decision`, the proof of the hand-off; of `check`, only a new epoch; of a clock, the rung that it waits
 * for. A new epoch clears every one.
 */
export type BlockedBy = "node" | "dispatch" | "hand-off" | "decision" | "check" | "scheduleToStart" | "scheduleToClose";

/** A rule of the clocks; each fires once per stage and epoch. */
export type ClockRule = "nudge" | "scheduleToStart" | "scheduleToClose";

export interface StageFlow {
  readonly stage: string;
  readonly epoch: number;
  readonly rung: Rung;
  readonly condition: Condition;
  readonly block?: Block;
  readonly blockedBy?: BlockedBy;
  /** The `work` task of this epoch. */
  readonly task?: string;
  /** The role whose node sends that task. */
  readonly from?: string;
  /** When main learned that the stage was dispatched, by main's own clock. */
  readonly since?: number;
  /** The rules of the clocks that have fired. */
  readonly fired?: readonly ClockRule[];
  /** `prev` of that task: the `produced` of the stage before, which its acceptance proves to be handed off. */
  readonly follows?: string;
  readonly attempt: number;
  /** The installation of the node that the highest rung stands on. */
  readonly instance?: string;
  readonly producer?: string;
  readonly decision?: string;
  readonly times: Readonly<Record<string, number>>;
  /** What `produced` vouches for. */
  readonly subjects: readonly Subject[];
  /** The same files as attachments; complete once they are pulled. */
  readonly outputs: readonly Attachment[];
  /** SHA-256 of the payload of this stage's `produced`: `prev` of a dispatch to the next. */
  readonly produced?: string;
  /** Main holds all outputs, re-hashed. */
  readonly pulled: boolean;
  /** The files of the stage before, as this stage's `accepted` vouches for them. */
  readonly took?: readonly Subject[];
  /** Main's own check of the files passed. */
  readonly checked: boolean;
  /** SHA-256 of the payloads of the receipts that this stage stands on. */
  readonly receipts: readonly string[];
}

export interface Subject {
  readonly name: string;
  readonly sha256: string;
}

/** What main learns. Signatures are verified before an event is made of anything. */
export type FlowEvent =
  | {
      readonly is: "intake-done";
      readonly given: readonly Attachment[];
      readonly sources: readonly FlowSource[];
      readonly deadline: number;
      /** SHA-256 of the payload of main's `accepted` of the run. */
      readonly accepted: string;
    }
  | { readonly is: "intake-blocked"; readonly block: Block }
  /** A signed `work` task was seen: its stage is `dispatched`. `follows` is the task's `prev`. */
  | {
      readonly is: "dispatched";
      readonly stage: string;
      readonly epoch: number;
      readonly task: string;
      readonly from: string;
      readonly follows?: string;
      readonly at: number;
    }
  /** A verified receipt. `follows` (of `accepted`): `prev` of the accepted task, where its sender's signature was verified too. */
  | {
      readonly is: "receipt";
      readonly receipt: Receipt;
      readonly digest: string;
      readonly subjects: readonly Subject[];
      readonly outputs: readonly Attachment[];
      readonly follows?: string;
      readonly block?: Block;
    }
  | { readonly is: "pulled"; readonly stage: string; readonly epoch: number; readonly outputs: readonly Attachment[] }
  | { readonly is: "checked"; readonly stage: string; readonly epoch: number; readonly unmet: readonly Unmet[] }
  | { readonly is: "closing-checked"; readonly epoch: number; readonly unmet: readonly Unmet[]; readonly bundle: string }
  /** A node refused for good what main sent it. */
  | { readonly is: "outbox-blocked"; readonly stage: string; readonly epoch: number; readonly block: Block }
  | { readonly is: "peer"; readonly role: string; readonly reachable: boolean }
  /** Which installation of a role's node main follows. Where it was another before, what that one held is gone. */
  | { readonly is: "installed"; readonly role: string; readonly instance: string }
  /** A clock of a stage has run out. */
  | { readonly is: "clock"; readonly stage: string; readonly epoch: number; readonly rule: ClockRule }
  /** `underWay`: roles to which a nudge is on its way already; that one is sent now. */
  | { readonly is: "nudge"; readonly stage?: string; readonly by: string; readonly reason?: string; readonly underWay?: readonly string[] }
  | { readonly is: "retry"; readonly stage?: string; readonly by: string; readonly reason?: string }
  | { readonly is: "cancel"; readonly by: string; readonly reason?: string };

export type ReceiptEvent = Extract<FlowEvent, { readonly is: "receipt" }>;

/** What must be committed with the new state. Signing and ids are added by the caller. */
export type FlowEffect =
  /** `attachments`: everything that main holds of what comes before the stage; the caller sends what the stage is to carry. */
  | {
      readonly do: "dispatch";
      readonly stage: string;
      readonly epoch: number;
      readonly prev: string;
      readonly attachments: readonly Attachment[];
      readonly reason?: string;
    }
  | { readonly do: "cancel"; readonly role: string; readonly epoch: number; readonly reason: string }
  | { readonly do: "close"; readonly role: string; readonly bundle: string }
  /** Asks a role's node to look again at what it holds of the run. */
  | { readonly do: "nudge"; readonly role: string; readonly epoch: number; readonly reason: string }
  /** What main itself has to send of the run is due now. */
  | { readonly do: "hasten" }
  | {
      readonly do: "sign";
      readonly state: "verified" | "closed" | "cancelled" | "failed";
      readonly stage: string;
      readonly reason?: string;
    }
  /** An operator's or main's own decision, for the feed. */
  | { readonly do: "record"; readonly type: "retry" | "nudge"; readonly stage: string; readonly by: string; readonly reason?: string };

/** Work that the state calls for and that leaves no trace until it is done; derived, so that it starts again by itself after a restart. */
export type FlowWant =
  | { readonly want: "pull"; readonly stage: string; readonly epoch: number; readonly task: string }
  | { readonly want: "check"; readonly stage: string; readonly epoch: number }
  | { readonly want: "closing-check"; readonly epoch: number };

/** A state and what must be committed with it. */
export type Stepped = readonly [FlowState, readonly FlowEffect[]];

const rungs: readonly Rung[] = ["waiting", "dispatched", "accepted", "started", "produced", "handed-off", "verified"];

/** Whether a rung is at least another. */
export function isAtLeast(rung: Rung, least: Rung): boolean {
  return rungs.indexOf(rung) >= rungs.indexOf(least);
}

/** Whether nothing can change a run any more. */
export function hasEnded(state: Pick<FlowState, "state">): boolean {
  return state.state === "closed" || state.state === "failed" || state.state === "cancelled";
}
