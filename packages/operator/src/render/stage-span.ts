import type { StageStatus } from "@tasuki/contracts";

const ends = ["verified", "handed-off"];

/** Milliseconds from a stage's dispatch to its proof, or to `now` while it goes on; undefined before its dispatch. */
export function stageSpan({ times }: Pick<StageStatus, "times">, now: number): number | undefined {
  const began = times["dispatched"] ?? times["accepted"];
  if (began === undefined) return undefined;
  const ended = ends.flatMap((rung) => times[rung] ?? [])[0];
  return Math.max(0, (ended === undefined ? now : Date.parse(ended)) - Date.parse(began));
}

/** Milliseconds that the work itself took, from `started` to `produced`; undefined where either is not proven. */
export function workSpan({ times }: Pick<StageStatus, "times">): number | undefined {
  const { started, produced } = times;
  return started === undefined || produced === undefined ? undefined : Math.max(0, Date.parse(produced) - Date.parse(started));
}
