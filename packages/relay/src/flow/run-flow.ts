import type { Attachment, Block, Clocks, Condition, Receipt, Rung, RunState, Unmet } from "@tasuki/contracts";

/** The four roles' progress as main has proven it, and what main wants next. Plain data: stored as JSON, changed only by `step`. */
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
  /** SHA-256 of the payload of main's `accepted` of the run: `prev` of the first dispatch. */
  readonly accepted: string;
  /** Roles in order; pinned at intake. */
  readonly route: readonly string[];
  readonly clocks: Clocks;
  readonly deadline: number;
  /** run.json, brief.md and the source texts: what main brings to the first stage. Empty until intake is done. */
  readonly given: readonly Attachment[];
  readonly sources: readonly { readonly name: string; readonly label: string; readonly unreadable?: string }[];
  readonly stages: readonly StageFlow[];
  /** Where the run itself is blocked (intake, or the closing checks). */
  readonly block?: Block;
  /** The archive's digest, from `closing` on. */
  readonly bundle?: string;
  /** Nodes (by role) whose `archived` main holds. */
  readonly archived: readonly string[];
}

export interface StageFlow {
  readonly stage: string;
  readonly epoch: number;
  readonly rung: Rung;
  readonly condition: Condition;
  readonly block?: Block;
  /** The `work` task of this epoch. */
  readonly task?: string;
  readonly attempt: number;
  readonly producer?: string;
  readonly decision?: string;
  readonly times: Readonly<Record<string, number>>;
  readonly outputs: readonly Attachment[];
  /** SHA-256 of the payload of this stage's `produced`: `prev` of a dispatch to the next. */
  readonly produced?: string;
  /** Main holds all outputs, re-hashed. */
  readonly pulled: boolean;
  /** Main's own check of the files passed. */
  readonly checked: boolean;
}

/** What main learns. Signatures are verified before an event is made of anything. */
export type FlowEvent =
  | { readonly is: "intake-done"; readonly given: readonly Attachment[]; readonly sources: FlowState["sources"]; readonly deadline: number }
  | { readonly is: "intake-blocked"; readonly block: Block }
  /** A node's signed hand-off to the next role was seen: that stage is `dispatched`. */
  | { readonly is: "dispatched"; readonly stage: string; readonly epoch: number; readonly task: string; readonly at: number }
  | {
      readonly is: "receipt";
      readonly receipt: Receipt;
      readonly digest: string;
      readonly outputs: readonly Attachment[];
      readonly block?: Block;
    }
  | { readonly is: "pulled"; readonly stage: string; readonly epoch: number }
  | { readonly is: "checked"; readonly stage: string; readonly epoch: number; readonly unmet: readonly Unmet[] }
  | { readonly is: "closing-checked"; readonly unmet: readonly Unmet[]; readonly bundle: string }
  | { readonly is: "outbox-blocked"; readonly stage: string; readonly epoch: number; readonly block: Block }
  | { readonly is: "peer"; readonly role: string; readonly reachable: boolean }
  | { readonly is: "retry"; readonly stage?: string; readonly by: string; readonly reason?: string }
  | { readonly is: "cancel"; readonly by: string; readonly reason?: string };

/** What must be committed with the new state. Signing and ids are added by the caller. */
export type FlowEffect =
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
  | {
      readonly do: "sign";
      readonly state: "verified" | "closed" | "cancelled" | "failed";
      readonly stage: string;
      readonly reason?: string;
    };

/** Work that the state calls for and that leaves no trace until it is done; derived, so that it starts again by itself after a restart. */
export type FlowWant =
  | { readonly want: "pull"; readonly stage: string; readonly task: string }
  | { readonly want: "check"; readonly stage: string }
  | { readonly want: "closing-check" };
