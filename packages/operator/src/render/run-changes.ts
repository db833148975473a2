import { blocksOf, type RunBlock, Rung, type RunStatus, type StageStatus } from "@tasuki/protocol";
import { toFailureNote, toSilence } from "./attempt-note.ts";
import { reasonOf } from "./block-lines.ts";
import { toLine } from "./plain-text.ts";
import { mainNote, toSentBack } from "./run-progress.ts";

/** Changes of a run since `before`, one line each in the order of time, for a screen where nothing can be redrawn. */
export function toChanges(before: RunStatus | undefined, after: RunStatus, now: number): string[] {
  const began = Date.parse(after.createdAt);
  const width = Math.max(6, ...after.stages.map(({ stage }) => stage.length));
  const named = (where: string, text: string): string => `${where.padEnd(width)} ${text}`;
  const proven = after.stages
    .flatMap((stage) => newRungs(before, stage))
    .sort((one, other) => one.at - other.at)
    .map(({ at, stage, text }) => `${((at - began) / 1000).toFixed(2).padStart(8)} s  ${named(stage, text)}`);
  const known = before === undefined ? [] : blocksOf(before).map(keyOf);
  const blocks = blocksOf(after).filter((shown) => !known.includes(keyOf(shown)));
  const isNews = after.state !== "open" && (before === undefined || mainNote(before, now) !== mainNote(after, now));
  const untimed = (news: readonly { readonly stage: string; readonly text: string }[]): string[] =>
    news.map(({ stage, text }) => `            ${named(stage, text)}`);
  return [
    // The stages are those of the new round already.
    ...untimed(newRounds(before, after)),
    ...proven,
    ...untimed([
      ...newConditions(before, after),
      ...newsOfAttempts(before, after, now),
      ...blocks.map((shown) => ({ stage: shown.where, text: `${shown.needsHuman ? "blocked" : "held up"}: ${reasonOf(shown)}` })),
      ...(isNews ? [{ stage: "main", text: mainNote(after, now) }] : []),
    ]),
  ];
}

function newRungs(before: RunStatus | undefined, stage: StageStatus) {
  const old = before?.stages.find((one) => one.stage === stage.stage && one.epoch === stage.epoch);
  return Rung.options.flatMap((rung) => {
    const time = stage.times[rung];
    if (time === undefined || old?.times[rung] !== undefined) return [];
    const note = rung === "produced" && stage.producer !== undefined ? ` by ${toLine(stage.producer)}` : "";
    return [{ at: Date.parse(time), stage: stage.stage, text: `${rung}${note}` }];
  });
}

function newRounds(before: RunStatus | undefined, { rounds = [] }: RunStatus): { stage: string; text: string }[] {
  return rounds.slice(before?.rounds?.length ?? 0).map((round) => ({ stage: "main", text: `sends the work back: ${toSentBack(round)}` }));
}

function newConditions(before: RunStatus | undefined, after: RunStatus): { stage: string; text: string }[] {
  return after.stages.flatMap(({ stage, condition, epoch, attempt }) => {
    const old = before?.stages.find((one) => one.stage === stage);
    const isAgain = old?.epoch === epoch && old.attempt > 0 && attempt > old.attempt;
    const wasUnreachable = old?.condition === "unreachable";
    return [
      ...(condition === "unreachable" && !wasUnreachable ? ["unreachable: it does not answer main"] : []),
      ...(condition !== "unreachable" && wasUnreachable ? ["reachable again"] : []),
      ...(isAgain ? [`started again: attempt ${attempt}`] : []),
    ].map((text) => ({ stage, text }));
  });
}

/** Words of nodes on their attempts while these go on. */
function newsOfAttempts(before: RunStatus | undefined, after: RunStatus, now: number): { stage: string; text: string }[] {
  const intake = after.failure !== undefined && after.failure.at !== before?.failure?.at ? [toFailureNote(after.failure, now)] : [];
  return [
    ...intake.map((text) => ({ stage: "main", text })),
    ...after.stages.flatMap(({ stage, epoch, failure, silentSince }) => {
      const old = before?.stages.find((one) => one.stage === stage && one.epoch === epoch);
      return [
        ...(failure !== undefined && failure.at !== old?.failure?.at ? [toFailureNote(failure, now)] : []),
        ...(silentSince !== undefined && silentSince !== old?.silentSince ? [toSilence(silentSince, now)] : []),
      ].map((text) => ({ stage, text }));
    }),
  ];
}

function keyOf({ where, block }: RunBlock): string {
  return `${where} ${block.reason}`;
}
