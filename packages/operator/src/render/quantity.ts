import type { RunStatus, StageStatus } from "@tasuki/protocol";

/** A duration for people: `0.42 s`, `12.3 s`, `3 min 4 s`, `2 h 5 min`. `milliseconds` >= 0. */
export function toDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** An age for people, in one unit: `3 s`, `5 min`, `2 h`, `4 d`. A negative one, of a clock that is behind, is `0 s`. */
export function toAge(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** A size for people: `812 B`, `4.1 KiB`, `50.0 MiB`. */
export function toSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const kibi = bytes / 1024;
  return kibi < 1024 ? `${kibi.toFixed(1)} KiB` : `${(kibi / 1024).toFixed(1)} MiB`;
}

/** A count with its noun: `1 source`, `2 sources`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

const ends = ["verified", "handed-off"];

/** Milliseconds from a stage's dispatch to its proof, or to the end of its run, or to `now` while it goes on; undefined before its dispatch. */
export function stageSpan({ times }: Pick<StageStatus, "times">, { endedAt }: Pick<RunStatus, "endedAt">, now: number): number | undefined {
  const began = times["dispatched"] ?? times["accepted"];
  if (began === undefined) return undefined;
  const ended = ends.flatMap((rung) => times[rung] ?? [])[0];
  const until = ended ?? endedAt;
  return Math.max(0, (until === undefined ? now : Date.parse(until)) - Date.parse(began));
}

/** Milliseconds that the work itself took, from `started` to `produced`; undefined where either is not proven. */
export function workSpan({ times }: Pick<StageStatus, "times">): number | undefined {
  const { started, produced } = times;
  return started === undefined || produced === undefined ? undefined : Math.max(0, Date.parse(produced) - Date.parse(started));
}
