import { isTasukiError } from "@tasuki/contracts";
import type { RunOutcome } from "../render/outcome.ts";

/** How the command ends. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  forbidden: 4,
  conflict: 5,
  unreachable: 6,
  invalid: 7,
  /** Of a run that was followed: it failed or was cancelled. */
  runFailed: 8,
  needsHuman: 9,
  interrupted: 130,
} as const;

export function exitCodeOf(error: unknown): number {
  if (!isTasukiError(error)) return exitCodes.failed;
  switch (error.status) {
    case 403:
      return exitCodes.forbidden;
    case 404:
      return exitCodes.notFound;
    case 409:
      return exitCodes.conflict;
    case 408:
    case 503:
      return exitCodes.unreachable;
    case 400:
    case 411:
    case 413:
    case 415:
    case 422:
      return exitCodes.invalid;
    default:
      return exitCodes.failed;
  }
}

/** Of a run that was followed, by `--wait` or `watch`; `undefined` where the run goes on and only the watching ended. */
export function exitCodeOfRun(outcome: RunOutcome | undefined): number {
  switch (outcome) {
    case "closed":
      return exitCodes.ok;
    case "failed":
    case "cancelled":
      return exitCodes.runFailed;
    case "needs-human":
      return exitCodes.needsHuman;
    case undefined:
      return exitCodes.interrupted;
  }
}
