import { blocksOf, pastBlocksOf, type RoundStatus, type RunStatus, type StageStatus, type WorkEvidence } from "@tasuki/protocol";
import { toFailureNote, toLastSign } from "./attempt-note.ts";
import { type Next, toBlock, toPastBlock } from "./block-lines.ts";
import { toLine } from "./plain-text.ts";
import { counted, stageSpan, toDuration, workSpan } from "./quantity.ts";
import { archivesAwaited, endsAwaited, mainNote, pausedNote, toSentBack } from "./run-progress.ts";
import { line, type Style, type Words } from "./style.ts";

/** A run in full: each stage's highest proven rung, what is awaited and from whom, every block. `now` is in milliseconds since 1970. */
export function toRunDetail(
  status: RunStatus,
  { now, style, next }: { readonly now: number; readonly style: Style; readonly next: Next },
): Words[] {
  const { id, state, epoch, profile, brief, createdAt, endedAt, deadline, sources, stages } = status;
  const took = (endedAt === undefined ? now : Date.parse(endedAt)) - Date.parse(createdAt);
  const paint =
    state === "closed" ? style.good : state === "open" || state === "closing" || state === "cancelling" ? style.mark : style.bad;
  const unreadable = sources.filter((source) => source.unreadable !== undefined);
  return [
    line`${style.bold(id)}  ${paint(state)}`,
    "",
    `  brief     ${toLine(brief)}`,
    `  begun     ${createdAt}, ${endedAt === undefined ? "for" : "took"} ${toDuration(Math.max(0, took))}`,
    ...(deadline === undefined ? [] : [`  wanted    by ${deadline}`]),
    `  profile   ${profile}, epoch ${epoch}`,
    `  sources   ${counted(sources.length, "source")}${unreadable.length === 0 ? "" : `, ${unreadable.length} not readable`}`,
    ...unreadable.map((source) => style.warn(`            ${source.name} ${toLine(source.label)}: ${toLine(source.unreadable ?? "")}`)),
    `  main      ${mainNote(status, now)}`,
    ...(status.rounds ?? []).flatMap((round, at) => toRound(round, { number: at + 1, most: status.mostRounds })),
    ...stages.flatMap((stage) => ["", ...toStage(stage, { status, now, style })]),
    ...blocksOf(status).flatMap((shown) => ["", ...toBlock(shown, { style, next })]),
    ...toPaused(status, next).flatMap((words, at) => (at === 0 ? ["", words] : [words])),
    ...toClosing(status, next).flatMap((words, at) => (at === 0 ? ["", words] : [words])),
    ...pastBlocksOf(status).flatMap((shown) => ["", ...toPastBlock(shown, style)]),
  ];
}

/** Pause of a run, and the commands that end it; nothing of a run that is not paused. */
export function toPaused({ id, paused }: RunStatus, next: Next): string[] {
  if (paused === undefined) return [];
  return [
    `The run is ${pausedNote(paused)}.`,
    `What has begun ends its attempt, and nothing else begins. Have it go on: ${next("resume", id)}`,
  ];
}

/** Nodes that a closing run, or one that is being cancelled, still waits for, and what can be done about it; nothing of a run in any other state. */
export function toClosing(status: RunStatus, next: Next): string[] {
  const { id, state, unreachable = [] } = status;
  if (state === "cancelling")
    return [
      `The run is cancelled once nothing of it is at work any more: main awaits ${endsAwaited(status)}.`,
      `They are asked by themselves. To end it without their word: ${next("cancel", id, "--now")}`,
    ];
  if (state !== "closing" || blocksOf(status).length > 0) return [];
  return [
    `Every stage is verified, and the final text can be read: ${next("artifacts", id)}`,
    `The run closes once main has ${archivesAwaited(status)}.`,
    unreachable.length > 0
      ? `Start ${unreachable.join(", ")} again: what it missed is sent to it by itself. Where it is gone: ${next("close", id, "--without", "NODE")}`
      : `It is asked again by itself; at once by: ${next("nudge", id)}`,
  ];
}

/** Round whose work was sent back: by whom, to whom, and the files that were made until then. */
function toRound(round: RoundStatus, { number, most }: { readonly number: number; readonly most: number | undefined }): string[] {
  const files = round.stages.flatMap(({ outputs }) => outputs.map(({ name }) => name));
  const epochs = [...new Set(round.stages.map(({ epoch }) => epoch))].join(", ");
  const which = most === undefined || number > most ? `${number}` : `${number} of ${most}`;
  return [
    `  round     ${which}: ${toSentBack(round)}`,
    ...(round.requests ?? []).map((request) => `            asked for: ${toLine(request)}`),
    `            made until then, at epoch ${epochs}: ${files.join(", ")}`,
  ];
}

/** What is known of a stage's work, and by what. */
function toEvidence(work: WorkEvidence, node: string): string {
  switch (work) {
    case "live":
      return `${node} answers, and has not said that the attempt is over`;
    case "unverifiable":
      return `${node} does not answer, which says nothing of the work: what it has made is taken when it is back`;
    case "exited":
      return `${node} has said that the attempt is over`;
  }
}

function toStage(stage: StageStatus, { status, now, style }: { status: RunStatus; now: number; style: Style }): Words[] {
  const { node = stage.stage, rung, awaits, condition, attempt, epoch, producer, times, outputs } = stage;
  const paint = condition === "blocked" ? style.bad : rung === "verified" ? style.good : rung === "waiting" ? style.dim : style.mark;
  const began = Date.parse(status.createdAt);
  const span = stageSpan(stage, status, now);
  const work = workSpan(stage);
  const proven = Object.entries(times)
    .map(([name, time]) => ({ name, at: Date.parse(time) - began }))
    .sort((one, other) => one.at - other.at)
    .map(({ name, at }) => `${name} +${(at / 1000).toFixed(2)} s`);
  const head = rung === "verified" || condition === "waiting" ? "" : `, ${condition}`;
  return [
    line`${style.bold(stage.stage)}${node === stage.stage ? "" : ` on ${node}`}  ${paint(rung)}${head}${awaits === undefined ? "" : style.dim(`  awaits '${awaits.rung}' of ${awaits.from}`)}`,
    ...(span === undefined ? [] : [`  took      ${toDuration(span)}${work === undefined ? "" : `, of which ${toDuration(work)} work`}`]),
    ...(proven.length === 0 ? [] : [`  proven    ${proven.join(", ")}`]),
    ...(attempt > 0 ? [`  attempt   ${attempt} at epoch ${epoch}${producer === undefined ? "" : `, by ${toLine(producer)}`}`] : []),
    ...(stage.work === undefined ? [] : [`  work      ${stage.work}: ${toEvidence(stage.work, node)}`]),
    ...(stage.failure === undefined ? [] : [style.warn(`  failed    ${toFailureNote(stage.failure, now)}`)]),
    ...(stage.silentSince === undefined
      ? []
      : [`  silent    since ${toLastSign(stage.silentSince, now)}; only 'startToClose', or executor.timeoutMs, ends it`]),
    ...(stage.clockSkew === undefined
      ? []
      : [
          style.warn(
            `  clock     clock-suspect: ${toDuration(Math.abs(stage.clockSkew))} ${stage.clockSkew < 0 ? "behind" : "ahead of"} main's, and so are the times above`,
          ),
        ]),
    ...(outputs.length === 0 ? [] : [`  files     ${outputs.map(({ name }) => name).join(", ")}`]),
  ];
}
