import type { AttemptFailure, StageStatus } from "@tasuki/protocol";
import { toLine } from "./plain-text.ts";
import { toAge } from "./quantity.ts";

/** Failure of an attempt in one line: which of how many, why, and when the next comes. `now` is in milliseconds since 1970. */
export function toFailureNote({ attempt, attempts, outcome, reason, next }: AttemptFailure, now: number): string {
  const wait = next === undefined ? undefined : Date.parse(next) - now;
  const then = wait === undefined ? "another follows" : wait >= 1000 ? `the next comes in ${toAge(wait)}` : "the next is due";
  return `attempt ${attempt}${ofAll(attempts)} ${toFailed(outcome)}: ${toLine(reason)}; ${then}`;
}

/** Attempts of a stage, in one line: the last failure, the attempt that runs, and since when it is silent; empty for a first one that works. */
export function toAttemptNote({ attempt, failure, silentSince }: StageStatus, now: number): string {
  const parts = [
    ...(failure === undefined ? (attempt > 1 ? [`attempt ${attempt}`] : []) : [toRunning(attempt, failure, now)]),
    ...(silentSince === undefined ? [] : [toSilence(silentSince, now)]),
  ];
  return parts.join("; ");
}

/** Silence of an attempt in one line. */
export function toSilence(silentSince: string, now: number): string {
  return `silent since ${toLastSign(silentSince, now)}`;
}

/** Last sign of work of an attempt that is silent: its time, how long ago that is, and what has not come since. */
export function toLastSign(silentSince: string, now: number): string {
  return `${toLine(silentSince)} (${toAge(now - Date.parse(silentSince))}): no output and no change in out/`;
}

function toRunning(attempt: number, failure: AttemptFailure, now: number): string {
  if (failure.attempt >= attempt) return toFailureNote(failure, now);
  return `attempt ${attempt}${ofAll(failure.attempts)}; the last ${toFailed(failure.outcome)}: ${toLine(failure.reason)}`;
}

/** `failed`, and how, where the outcome says more than that. */
function toFailed(outcome: string): string {
  return outcome === "failed" ? "failed" : `failed (${toLine(outcome)})`;
}

function ofAll(attempts: number | undefined): string {
  return attempts === undefined ? "" : ` of ${attempts}`;
}
