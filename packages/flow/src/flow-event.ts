import type { Attachment, Block, Receipt, Unmet } from "@tasuki/protocol";
import type { AttemptFailure, ClockRule, Feedback, FlowSource, Subject } from "./flow-state.ts";
import type { Verb } from "./verb.ts";

/** Event that main learns of. Signatures are verified before an event is made of anything. */
export type FlowEvent =
  | {
      readonly is: "intake-done";
      readonly given: readonly Attachment[];
      readonly sources: readonly FlowSource[];
      /** SHA-256 of the payload of main's `accepted` of the run. */
      readonly accepted: string;
      readonly nodes: Readonly<Record<string, string>>;
    }
  | { readonly is: "intake-blocked"; readonly block: Block }
  /**
   * Signed `work` task that a role's node has sent: its stage is `dispatched`. `follows` is the task's `prev`; `ungranted`, that the task has not
   * brought main's grant, as those of earlier releases.
   */
  | {
      readonly is: "dispatched";
      readonly stage: string;
      readonly epoch: number;
      readonly task: string;
      readonly from: string;
      readonly follows?: string;
      readonly ungranted?: boolean;
      readonly at: number;
    }
  /**
   * Verified receipt. `follows` (with `accepted`): `prev` of the accepted task, where its sender's signature was verified too. `unmet` (with
   * `blocked`): the node's own words, which say more than the receipt and prove nothing. `carried` (with `produced`): names of the subjects that
   * a hand-off of them carries.
   */
  | {
      readonly is: "receipt";
      readonly receipt: Receipt;
      readonly digest: string;
      readonly subjects: readonly Subject[];
      readonly outputs: readonly Attachment[];
      readonly follows?: string;
      readonly carried?: readonly string[];
      readonly unmet?: readonly Unmet[];
    }
  /** Word of a stage's node (of `main`: of the intake) on an attempt while attempts go on. Nobody signs it. */
  | {
      readonly is: "attempt";
      readonly node: string;
      readonly stage: string;
      readonly epoch: number;
      readonly attempt: number;
      readonly says: Omit<AttemptFailure, "attempt"> | { readonly silentSince: number } | "active";
    }
  /** Wrong answers, and no others, of the nodes that were asked for the stage's files: `reason` says which. */
  | { readonly is: "pull-failed"; readonly stage: string; readonly epoch: number; readonly reason: string }
  | { readonly is: "pulled"; readonly stage: string; readonly epoch: number; readonly outputs: readonly Attachment[] }
  | { readonly is: "checked"; readonly stage: string; readonly epoch: number; readonly unmet: readonly Unmet[] }
  /** Feedback that main has found in the checked files of a stage that sends its work back; none where no earlier stage's node takes them. */
  | { readonly is: "send-back"; readonly stage: string; readonly epoch: number; readonly feedback?: Feedback }
  | { readonly is: "closing-checked"; readonly epoch: number; readonly unmet: readonly Unmet[]; readonly bundle: string }
  /** Refusal for good of a task that main sent. */
  | {
      readonly is: "outbox-blocked";
      readonly kind: "work" | "close";
      readonly stage: string;
      readonly epoch: number;
      readonly block: Block;
    }
  /** Time to ask a node again whether anything of a run that is being cancelled is still at work there. */
  | { readonly is: "ask-stopped"; readonly stage: string; readonly epoch: number }
  | { readonly is: "peer"; readonly role: string; readonly reachable: boolean }
  /** Installation of a role's node that main follows from now on. Where it was another one before, that one's files are lost. */
  | { readonly is: "installed"; readonly role: string; readonly instance: string }
  /** Clock of a stage that has run out. `standby` (with `reroute`): another node of its role, which can take the stage over. */
  | { readonly is: "clock"; readonly stage: string; readonly epoch: number; readonly rule: ClockRule; readonly standby?: string }
  /** Deadline of the run that has passed: `due`, where it is still that. */
  | { readonly is: "deadline"; readonly due: number }
  /** Wish of a person, or of a clock, that nodes look again. `underWay`: roles to which a nudge is on its way already; that one is sent now, instead of a second one. */
  | { readonly is: "nudge"; readonly stage?: string; readonly by: string; readonly reason?: string; readonly underWay?: readonly string[] }
  | Verb;

export type ReceiptEvent = Extract<FlowEvent, { readonly is: "receipt" }>;
