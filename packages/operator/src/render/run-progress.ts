import { blocksOf, type RoundStatus, Rung, type RunStatus, type StageStatus } from "@tasuki/protocol";

import { toAttemptNote, toFailureNote } from "./attempt-note.ts";
import { reasonOf } from "./block-lines.ts";
import { clip, toLine } from "./plain-text.ts";
import { counted, stageSpan, toDuration } from "./quantity.ts";
import { line, type Line, type Paint, type Style } from "./style.ts";

export interface ProgressOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Characters in a line. */
  readonly width: number;
  readonly style: Style;
}

const cells = 18;
const rungs = Rung.options;
const rungWidth = Math.max(...rungs.map((rung) => rung.length));

/** A run as lines to be redrawn: for each stage a bar, filled as far as it is proven, then main's own part. */
export function toProgress(status: RunStatus, { now, width, style }: ProgressOptions): Line[] {
  const nameWidth = Math.max(4, ...status.stages.map(({ stage }) => stage.length));
  const noteWidth = width - (nameWidth + cells + rungWidth + 21);
  const stages = status.stages.map((stage) => {
    const span = stageSpan(stage, status, now);
    const time = (span === undefined ? "" : toDuration(span)).padStart(10);
    const proven = rungs.indexOf(stage.rung) / (rungs.length - 1);
    const filled = Math.round(proven * cells);
    const paint = paintOf(stage, style);
    const bar = line`${paint("█".repeat(filled))}${style.dim("░".repeat(cells - filled))}`;
    const note = clip(noteOf(status, stage, now), Math.max(0, noteWidth));
    return line`  ${stage.stage.padEnd(nameWidth)}  ${bar}  ${paint(stage.rung.padEnd(rungWidth))}  ${time}  ${paintOf(stage, style)(note)}`;
  });
  return [...stages, line`  ${"main".padEnd(nameWidth)}  ${paintMain(status, style)(clip(mainNote(status, now), width - nameWidth - 4))}`];
}

function paintOf({ rung, condition }: StageStatus, style: Style): Paint {
  if (condition === "blocked") return style.bad;
  if (condition === "unreachable" || condition === "fenced") return style.warn;
  if (rung === "verified") return style.good;
  return rung === "waiting" ? style.dim : style.mark;
}

/** Line on what a stage waits for, or how its attempts go; empty where there is nothing to say. */
export function noteOf(status: RunStatus, stage: StageStatus, now: number): string {
  const { rung, condition, block, awaits, producer } = stage;
  if (block !== undefined) return `${condition === "blocked" ? "blocked" : "held up"}: ${reasonOf({ where: stage.stage, block })}`;
  if (condition === "unreachable") return "unreachable: it does not answer main";
  if (condition === "fenced") return "ended";
  if (rung === "verified") return toLine(producer ?? "");
  if (status.state !== "open" || rung === "waiting") return "";
  const how = toAttemptNote(stage, now);
  return awaits === undefined ? how : `awaits '${awaits.rung}' of ${awaits.from}${how === "" ? "" : `; ${how}`}`;
}

/** Main's own part of a run, in one line. */
export function mainNote(status: RunStatus, now: number): string {
  const { state, stages, sources, failure, bundle } = status;
  const own = blocksOf(status).find(({ where }) => where === "main");
  if (status.paused !== undefined) return pausedNote(status.paused);
  if (own !== undefined) return `${own.needsHuman ? "blocked" : "held up"}: ${reasonOf(own)}`;
  switch (state) {
    case "open":
      if (stages.every(({ rung }) => rung === "waiting"))
        return failure === undefined ? "takes the brief and its sources in" : toFailureNote(failure, now);
      if (stages.every(({ rung }) => rung === "verified")) return "checks all files against each other";
      return `holds ${counted(sources.length, "source")}, follows the nodes${roundNote(status)}`;
    case "closing":
      return `checked everything; awaits ${archivesAwaited(status)}`;
    case "closed":
      return status.without === undefined
        ? `closed; every node archived bundle ${bundle?.slice(0, 12) ?? ""}`
        : `closed ${withoutNote(status.without)}; every other node archived bundle ${bundle?.slice(0, 12) ?? ""}`;
    case "failed":
      return failedNote(status);
    case "cancelling":
      return `being ${cancelledNote(status)}; awaits ${endsAwaited(status)}`;
    case "cancelled":
      return cancelledNote(status);
  }
}

/** Times that work of the run was sent back, in words for a line; empty for a run whose work never was. */
function roundNote({ rounds = [], mostRounds }: RunStatus): string {
  if (rounds.length === 0) return "";
  return `; sent back ${mostRounds === undefined ? counted(rounds.length, "time") : `${rounds.length} of ${counted(mostRounds, "time")}`}`;
}

/** Decision by which work was sent back, in words. */
export function toSentBack({ by, to, decision }: RoundStatus): string {
  return `${toLine(by)} decided '${toLine(decision)}'; back to ${toLine(to)}`;
}

/** Nodes that a run is closed without, who has said so and why. */
export function withoutNote(without: NonNullable<RunStatus["without"]>): string {
  return without
    .map(({ node, by, why }) => `without ${toLine(node)} (by ${toLine(by)}${why === undefined ? "" : `: ${toLine(why)}`})`)
    .join(", ");
}

/** Who has paused a run, when and why. */
export function pausedNote({ by, at, reason }: NonNullable<RunStatus["paused"]>): string {
  return `paused by ${toLine(by)} at ${at}${reason === undefined ? "" : `: ${toLine(reason)}`}`;
}

/** Stage that has failed a run, when and why. */
export function failedNote({ failed, endedAt }: RunStatus): string {
  const at = endedAt === undefined ? "" : ` at ${endedAt}`;
  return failed === undefined ? `failed${at}` : `failed${at}: ${toLine(failed.reason)}`;
}

/** Who has cancelled a run, when and why. */
export function cancelledNote({ cancelled, endedAt }: RunStatus): string {
  const by = cancelled === undefined ? "" : ` by ${toLine(cancelled.by)}`;
  const at = endedAt === undefined ? "" : ` at ${endedAt}`;
  return `cancelled${by}${at}${cancelled?.reason === undefined ? "" : `: ${toLine(cancelled.reason)}`}`;
}

/** Receipts that a closing run still waits for, and which of their nodes main can't reach. */
export function archivesAwaited(status: RunStatus): string {
  return `'archived' of ${status.awaits.join(", ")}${awayOf(status)}`;
}

/** Nodes whose word that nothing of a run is at work any more is awaited, and which of them main can't reach. */
export function endsAwaited(status: RunStatus): string {
  return `the end of its work at ${status.awaits.join(", ")}${awayOf(status)}`;
}

function awayOf({ unreachable = [] }: RunStatus): string {
  return unreachable.length === 0 ? "" : `; ${unreachable.join(", ")} ${unreachable.length === 1 ? "does" : "do"} not answer main`;
}

function paintMain(status: RunStatus, style: Style): Paint {
  if (status.state === "closed") return status.without === undefined ? style.good : style.warn;
  if (status.paused !== undefined) return style.warn;
  return blocksOf(status).some(({ where }) => where === "main") || status.state === "failed" ? style.bad : style.dim;
}
