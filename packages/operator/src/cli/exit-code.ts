import { isTasukiError, type RunConclusion, type RunStatus } from "@tasuki/protocol";

/** The exit codes of the command. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  forbidden: 4,
  conflict: 5,
  unreachable: 6,
  invalid: 7,
  /** The run that was followed failed, or was cancelled. */
  runFailed: 8,
  needsHuman: 9,
  /** The run that was followed is closed, without a node that has not archived it. */
  closedWithout: 10,
  interrupted: 130,
} as const;

/** The exit code of an error, by its status where it is a `TasukiError`. */
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

/** The exit code of a run that was followed, by `--wait` or `watch`; its conclusion is undefined where only the watching has ended. */
export function exitCodeOfRun(conclusion: RunConclusion | undefined, status: Pick<RunStatus, "without"> | undefined): number {
  switch (conclusion) {
    case "closed":
      return status?.without === undefined ? exitCodes.ok : exitCodes.closedWithout;
    case "failed":
    case "cancelled":
      return exitCodes.runFailed;
    case "needs-human":
      return exitCodes.needsHuman;
    case undefined:
      return exitCodes.interrupted;
  }
}
