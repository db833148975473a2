import type { ClockRule } from "./flow-state.ts";

/** Level of the ladder. */
interface Level {
  readonly rule: ClockRule;
  /** Deed of main on this level. */
  readonly does: "nudge" | "retry" | "reroute" | "block";
  /** Whom it is addressed to: never to the role that has caused it, where that could not do anything about it. */
  readonly target: "the holder of the task" | "the stage's node" | "another node of the role" | "the stage" | "operator";
  /** Clock of the stage that is waited for, and since when. */
  readonly waits: "scheduleToStart" | "heartbeat" | "scheduleToClose";
  readonly since: "dispatched" | "blocked" | "lost";
  /** Times in one run: once per epoch; for each epoch that main may raise by itself. */
  readonly repeats: "once" | "retries" | "nodes";
}

/**
 * Ladder by which main goes on where a stage does not: what it does, in the order in which the clocks run out. Each level is climbed once per stage and
 * epoch. Only two levels raise the epoch, and both have an end: a run's `retries`, and the nodes of a role, of which none gets a stage back that main
 * has taken from it. What follows is a block and a person; in a run that asks for it (`fails`), its end as failed.
 */
export const ladder: readonly Level[] = [
  { rule: "nudge", does: "nudge", target: "the holder of the task", waits: "scheduleToStart", since: "dispatched", repeats: "once" },
  { rule: "retry", does: "retry", target: "the stage's node", waits: "scheduleToStart", since: "blocked", repeats: "retries" },
  { rule: "reroute", does: "reroute", target: "another node of the role", waits: "heartbeat", since: "lost", repeats: "nodes" },
  { rule: "scheduleToStart", does: "block", target: "the stage", waits: "scheduleToStart", since: "dispatched", repeats: "once" },
  { rule: "scheduleToClose", does: "block", target: "operator", waits: "scheduleToClose", since: "dispatched", repeats: "once" },
];
