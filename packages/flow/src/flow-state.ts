import type { AskedClocks, Attachment, Block, Clocks, Condition, Note, Rung, RunState } from "@tasuki/protocol";

/** State of a run: the progress that main has proven, and what it is built on. Plain data: stored as JSON, changed by `step` alone. */
export interface FlowState {
  readonly id: string;
  readonly state: RunState;
  readonly epoch: number;
  readonly profile: string;
  /** First characters of the brief (`newFlow` cuts it), for lists. */
  readonly brief: string;
  readonly createdAt: number;
  readonly endedAt?: number;
  /** Principal that asked for the run. */
  readonly requestedBy: string;
  /** SHA-256 of the payload of main's `accepted` of the run: `prev` of the first dispatch. Empty until main has read that receipt. */
  readonly accepted: string;
  /** Roles in order; pinned at intake. */
  readonly route: readonly string[];
  /** Nodes that the run is placed on, by role, main's own among them. Empty until intake is done; runs of the first releases have none. */
  readonly nodes: Readonly<Record<string, string>>;
  /** Nodes that the run stood on until a person placed their stage on another one. They are told of every end of what they had. */
  readonly left?: readonly { readonly role: string; readonly node: string }[];
  readonly clocks: Clocks;
  /** Clocks of single stages that differ from those, by role. */
  readonly stageClocks?: Readonly<Record<string, AskedClocks>>;
  /** Time by which the run is wanted, by main's clock. Absent where nobody asked for one, and in runs of the first releases. */
  readonly wantedBy?: number;
  /** Files that main brings to the first stage: run.json, the brief, the texts of the sources. Empty until intake is done. */
  readonly given: readonly Attachment[];
  readonly sources: readonly FlowSource[];
  readonly stages: readonly StageFlow[];
  /** Most times that work is sent back by itself; runs of earlier releases have none, and the default. */
  readonly rounds?: number;
  /** Most times that main retries one stage by itself, once the attempts at it are over; none by default. */
  readonly retries?: number;
  /** Number of those retries so far, by stage. */
  readonly retried?: Readonly<Record<string, number>>;
  /** True for a run that is to end as failed where it would wait for a person. */
  readonly fails?: true;
  /** Reason for which it has, in the words of its block, and the stage that was blocked; `main` for the run itself. */
  readonly failed?: { readonly stage: string; readonly reason: string };
  /** Rounds so far whose work was sent back, oldest first. */
  readonly sentBack?: readonly Round[];
  /** Who has cancelled the run, and why; earlier releases have not kept it. */
  readonly cancelled?: { readonly by: string; readonly reason?: string };
  /** Roles whose node has signed, of a run that is being cancelled, that nothing of it is at work there; below, those where something still is. */
  readonly stopped?: readonly string[];
  readonly stopping?: readonly string[];
  /** Pause of an open run: who has paused it, when (milliseconds since 1970) and why. Nothing of it begins until somebody resumes it. */
  readonly paused?: { readonly by: string; readonly at: number; readonly reason?: string };
  /** Stage that main dispatches itself once the run is not paused and the result of the stage before is here: hand-offs to it are refused. */
  readonly withheld?: string;
  /** Notes to the authors of stages, oldest first. They go out with main's own dispatch of the stage or of one before it. */
  readonly notes?: readonly Note[];
  /** Block of the run itself: at intake, by the closing check, or by a node that refuses to archive. Blocks of stages are in `stages`. */
  readonly block?: Block;
  /** Last hop, as main accepted it: its epoch and task, the `produced` that it `follows` from, and the files of stages that it is over. */
  readonly lastHop?: {
    readonly epoch: number;
    readonly task: string;
    readonly follows: string;
    readonly at: number;
    readonly took?: readonly Subject[];
  };
  /** Failure of the last attempt to take the run in, while further ones are to come. */
  readonly failure?: AttemptFailure;
  /** Roles whose nodes do not answer main now. */
  readonly unreachable: readonly string[];
  /** Times at which main lost the contact with those, by main's clock; runs of earlier releases have none. */
  readonly lostSince?: Readonly<Record<string, number>>;
  /** Installation of the node that main follows now, by role. */
  readonly installed: Readonly<Record<string, string>>;
  /** Installations that were replaced: everything that they held is lost. */
  readonly gone: readonly string[];
  /** SHA-256 of the archive's manifest, from `closing` on. */
  readonly bundle?: string;
  /** Roles whose `archived` main holds. */
  readonly archived: readonly string[];
  /** Nodes that the run is closed without, by which person (and `why`), milliseconds since 1970. */
  readonly without?: readonly {
    readonly role: string;
    readonly node: string;
    readonly by: string;
    readonly why?: string;
    readonly at: number;
  }[];
  /** Refusals to archive the run, by role; the first of them in the order of the route is the run's `block`. */
  readonly refusals?: Readonly<Record<string, Block>>;
}

export interface FlowSource {
  readonly name: string;
  readonly label: string;
  readonly unreadable?: string;
}

/** Failure of an attempt, in the words of its node. */
export interface AttemptFailure {
  readonly attempt: number;
  /** Number of attempts in all; nodes of earlier releases do not say it. */
  readonly attempts?: number;
  readonly outcome: string;
  readonly reason: string;
  /** Milliseconds since 1970, by the clock of the node: when it failed, and when the next attempt may begin. */
  readonly at: number;
  readonly next?: number;
}

/** Round of a run whose work was sent back: the files and receipts of its stages, from the one that it went back to (`to`) to the one that decided (`by`). */
export interface Round {
  readonly by: string;
  readonly to: string;
  readonly decision: string;
  readonly requests?: readonly string[];
  readonly stages: readonly (Pick<StageFlow, "stage" | "epoch" | "outputs" | "receipts"> & {
    readonly task?: string;
    readonly producer?: string;
  })[];
}

/** Deciding files of a stage, the earlier stage that takes them as feedback, and what they ask of its author. */
export interface Feedback {
  readonly to: string;
  readonly files: readonly Attachment[];
  readonly requests: readonly string[];
}

/** Rule of the clocks; each fires once per stage and epoch. `ladder` says what each does. */
export type ClockRule = "nudge" | "retry" | "reroute" | "scheduleToStart" | "scheduleToClose";

/** State of one stage at its present epoch. */
export interface StageFlow {
  readonly stage: string;
  readonly epoch: number;
  readonly rung: Rung;
  readonly condition: Condition;
  readonly block?: Block;
  /** Id of the `work` task of this epoch. */
  readonly task?: string;
  /** Role whose node sends that task. */
  readonly from?: string;
  /** Time at which main learned that the stage was dispatched, by main's own clock. */
  readonly since?: number;
  /** Time since which its attempts are over, by main's own clock. */
  readonly stuckSince?: number;
  /** Rules of the clocks that have fired. */
  readonly fired?: readonly ClockRule[];
  /** `prev` of that task: the `produced` of the stage before, which its acceptance proves to be handed off. */
  readonly follows?: string;
  readonly attempt: number;
  /** Failure of the last attempt that failed, while further ones are to come. */
  readonly failure?: AttemptFailure;
  /** Attempt that gives no sign of work, and its last one, milliseconds since 1970. */
  readonly silent?: { readonly attempt: number; readonly since: number };
  /** Installation of the node whose receipt proves the highest rung. */
  readonly instance?: string;
  readonly producer?: string;
  readonly decision?: string;
  /** True where that decision sends the work back. */
  readonly back?: boolean;
  /** With `back`: what main has found in the checked files for the author of an earlier stage. */
  readonly feedback?: Feedback;
  /** Milliseconds since 1970, by rung, as the signing node claims them. */
  readonly times: Readonly<Record<string, number>>;
  /** Files that the stage's `produced` vouches for. */
  readonly subjects: readonly Subject[];
  /** Names of those that the next holder must have taken; runs of earlier releases have none. */
  readonly carried?: readonly string[];
  /** Attachments of the same files; complete once they are pulled. */
  readonly outputs: readonly Attachment[];
  /** SHA-256 of the payload of this stage's `produced`: `prev` of a dispatch to the next. */
  readonly produced?: string;
  /** True once main holds all outputs, re-hashed. */
  readonly pulled: boolean;
  /** Files of earlier stages, as this stage's `accepted` vouches for them. */
  readonly took?: readonly Subject[];
  /** True once main's own check of the files has passed. */
  readonly checked: boolean;
  /** SHA-256 of the payloads of the receipts that prove the stage's rungs. */
  readonly receipts: readonly string[];
}

export interface Subject {
  readonly name: string;
  readonly sha256: string;
}

const rungs: readonly Rung[] = ["waiting", "dispatched", "accepted", "started", "produced", "handed-off", "verified"];

/** True where `rung` is `least` or a higher one. */
export function isAtLeast(rung: Rung, least: Rung): boolean {
  return rungs.indexOf(rung) >= rungs.indexOf(least);
}
