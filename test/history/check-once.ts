import type { Violation } from "./history.ts";
import type { ReadFeed, ReadHistory } from "./read-history.ts";

/** Receipts and attempts that may be there once only, in the feed of one data folder. */
export function checkOnce(history: ReadHistory): readonly Violation[] {
  return history.feeds.flatMap((feed) => [...checkReceipts(feed), ...checkAttempts(feed)]);
}

function checkReceipts({ node, role, read }: ReadFeed): Violation[] {
  const seen = new Map<string, number>();
  return read.flatMap(({ own, tasks, index }) => {
    if (own === undefined) return [];
    const { run, stage, task, epoch, state } = own.says;
    const isWork = tasks[0]?.payload?.kind === "work";
    const keys = [
      ...(["accepted", "fenced", "archived"].includes(state) ? [["R2.accepted-once", `task ${task}`]] : []),
      ...(state === "accepted" && isWork ? [["R2.accepted-once", `stage ${stage} of run ${run} at epoch ${epoch}`]] : []),
      ...(state === "produced" || (role === "main" && state === "verified")
        ? [["R2.produced-once", `${state} ${stage} of run ${run} at epoch ${epoch}`]]
        : []),
      ...(state === "closed" ? [["R2.closed-once", `run ${run}`]] : []),
    ];
    return keys.flatMap(([guarantee = "", key = ""]) => {
      const before = seen.get(`${guarantee} ${key}`);
      seen.set(`${guarantee} ${key}`, index);
      return before === undefined ? [] : [{ guarantee, what: `${node} entries ${before} and ${index}: ${key}` }];
    });
  });
}

/** Attempts of a task follow each other, and only the newest one produces. */
function checkAttempts({ node, read }: ReadFeed): Violation[] {
  const newest = new Map<string, number>();
  return read.flatMap(({ own, index }) => {
    if (own === undefined || own.says.role === "main") return [];
    const { task, attempt, state } = own.says;
    const before = newest.get(task) ?? 0;
    if (state === "started") newest.set(task, attempt);
    const isSound = state === "started" ? attempt > before : state !== "produced" || attempt === before;
    return isSound
      ? []
      : [{ guarantee: "R2.fenced", what: `${node} entry ${index}: '${state}' by attempt ${attempt} of ${task}, after ${before}` }];
  });
}
