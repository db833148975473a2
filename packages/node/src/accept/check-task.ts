import { type Clock, longestDeadline, type SteerRequest, type TaskPayload, TasukiError } from "@tasuki/protocol";
import type { Grounds, RunRow } from "@tasuki/store";
import { type Caller, roleOfNode, type Roster, type TaskRequest } from "@tasuki/bus";

export interface CheckTaskDeps {
  readonly node: string;
  readonly role: string;
  readonly roster: Roster;
  readonly clock: Pick<Clock, "now">;
  /** Main only. */
  readonly runs?: {
    /** True for the row of a run that closes or has ended: nobody's work on it is wanted any more. */
    isOver(row: RunRow): boolean;
    /** Reason why a nudge or a cancel of a run is not taken from a script; undefined where it is. */
    refusal(row: RunRow, kind: SteerRequest["kind"]): string | undefined;
  };
}

/**
 * Checks the payload of a task, in the order of the protocol: its receiver, its sender, its epoch, its deadline.
 * Throws `wrong_recipient`, `not_granted`, `malformed_message`, `not_found`, `stale_epoch`, `invalid_state`, `too_late`.
 */
export function checkTask(
  payload: TaskPayload,
  {
    caller,
    budgetMs,
    grounds,
    isSigned,
  }: { caller: Caller; isSigned: boolean; grounds: Pick<Grounds, "epoch" | "run"> } & Pick<TaskRequest, "budgetMs">,
  deps: CheckTaskDeps,
): void {
  const { node, role, roster, clock } = deps;
  const { to, stage, from, kind, run, epoch, deadline, nodes } = payload;
  if (to !== role || stage !== role)
    throw new TasukiError("wrong_recipient", `The task is for stage '${stage}' of '${to}'; this node is '${role}'.`);
  const placed = nodes?.[role];
  if (placed !== undefined && placed !== node)
    throw new TasukiError("wrong_recipient", `The task is for node '${placed}'; this node is '${node}'.`);
  if (caller.roles.length > 0 && (!caller.roles.includes(from) || !isFrom(payload, caller, roster)))
    throw new TasukiError(
      "not_granted",
      `The task says that it is from another than its sender: ${caller.principal} is ${caller.roles.join(", ")}.`,
    );
  if (kind === "close" && payload.bundle === undefined)
    throw new TasukiError("malformed_message", "A 'close' task names the digest of the bundle.", {
      unmet: [{ file: "task", path: "bundle", expected: "a SHA-256 digest", got: "nothing", fix: "add 'bundle'" }],
    });
  const known = grounds.epoch;
  if (epoch < known) throw new TasukiError("stale_epoch", `Run ${run} is at epoch ${known}; the task has ${epoch}.`, { epoch: known });
  if (!isSigned && (kind === "nudge" || kind === "cancel")) checkSteer({ run, kind }, grounds, deps);
  if (role === "main" && kind === "work") checkLastHop(payload, grounds, deps);
  const ahead = deadline === undefined ? 0 : Date.parse(deadline) - clock.now();
  if (kind === "run" && ahead > longestDeadline) throw tooFarAhead(deadline);
  // Work is never late: a node may have been away for a night, and a time that has passed only blocks the stage on main.
  if (kind === "work") return;
  const left = budgetMs ?? (deadline === undefined ? undefined : ahead);
  if (left !== undefined && left <= 0)
    throw new TasukiError("too_late", "The task's time was over when it came; send it again with a later deadline.");
}

/** Checks what a script asks of a run of main's. */
function checkSteer(
  { run, kind }: { readonly run: string; readonly kind: SteerRequest["kind"] },
  { run: row }: Pick<Grounds, "run">,
  { runs }: CheckTaskDeps,
): void {
  if (row === undefined) throw new TasukiError("not_found", `main has no run ${run}; its status lists the runs that it has.`);
  const refusal = runs?.refusal(row, kind);
  if (refusal !== undefined) throw new TasukiError("invalid_state", `${refusal}.`);
}

/**
 * Checks the last hop, on main: its run is open, and its epoch is one that main has given. Main alone begins runs and raises epochs. A result
 * that comes after the end is stale, which its sender withdraws: it is that of a host which was replaced and never told.
 */
function checkLastHop({ run, epoch }: TaskPayload, { run: row }: Pick<Grounds, "run">, { runs }: CheckTaskDeps): void {
  if (row === undefined) throw new TasukiError("not_found", `main has no run ${run}.`);
  if (runs?.isOver(row))
    throw new TasukiError("stale_epoch", `Run ${run} closes or has ended: it takes no result any more.`, { epoch: row.epoch });
  if (epoch > row.epoch) throw new TasukiError("invalid_state", `Run ${run} is at epoch ${row.epoch}; main never gave it ${epoch}.`);
}

/**
 * True where the node that a task says it is from is the caller's, and of the role that it says. Tasks of the first releases name none, and a caller
 * may have no name here.
 */
function isFrom({ from, fromNode }: TaskPayload, { nodes }: Caller, roster: Roster): boolean {
  return (
    fromNode === undefined || ((roleOfNode(roster, fromNode) ?? fromNode) === from && (nodes.length === 0 || nodes.includes(fromNode)))
  );
}

function tooFarAhead(deadline = ""): TasukiError {
  const expected = `a time at most ${longestDeadline / 86_400_000} days ahead`;
  return new TasukiError("malformed_message", `The deadline of a run is ${expected}; this one is ${deadline}.`, {
    unmet: [{ file: "task", path: "deadline", expected, got: deadline, fix: "give an earlier time, or leave 'deadline' out" }],
  });
}
