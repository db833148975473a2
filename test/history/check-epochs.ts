import { hasEnded, Rung, type RunStatus } from "@tasuki/protocol";
import type { Violation } from "./history.ts";
import type { ReadFeed, ReadHistory } from "./read-history.ts";

/** Messages of a lower epoch than is known change nothing: at no node, and in nothing that main shows. */
export function checkEpochs(history: ReadHistory): readonly Violation[] {
  return [...history.feeds.filter(({ role }) => role !== "main").flatMap(checkFeed), ...checkShown(history)];
}

const changing: readonly string[] = ["accepted", "started", "produced", "blocked", "fenced"];

function checkFeed({ node, read }: ReadFeed): Violation[] {
  const known = new Map<string, number>();
  return read.flatMap(({ own, index }) => {
    if (own === undefined || !changing.includes(own.says.state)) return [];
    const { run, epoch, state } = own.says;
    const highest = known.get(run) ?? 0;
    known.set(run, Math.max(highest, epoch));
    return epoch >= highest
      ? []
      : [{ guarantee: "R6.stale", what: `${node} entry ${index}: '${state}' at epoch ${epoch} of run ${run}, after ${highest}` }];
  });
}

function checkShown({ statuses }: ReadHistory): Violation[] {
  const last = new Map<string, RunStatus>();
  return statuses.flatMap(({ run }) => {
    const before = last.get(run.id);
    last.set(run.id, run);
    if (before === undefined) return [];
    const back = (what: string): Violation => ({ guarantee: "R6.forward", what: `run ${run.id}: ${what}` });
    return [
      ...(run.epoch < before.epoch ? [back(`epoch ${run.epoch} was shown after ${before.epoch}`)] : []),
      ...(hasEnded(before) && run.state !== before.state ? [back(`'${run.state}' was shown after '${before.state}'`)] : []),
      ...run.stages.flatMap((stage, at) => {
        const earlier = before.stages[at];
        if (earlier === undefined || stage.epoch > earlier.epoch) return [];
        if (stage.epoch < earlier.epoch) return [back(`${stage.stage} was shown at epoch ${stage.epoch} after ${earlier.epoch}`)];
        const fell = Rung.options.indexOf(stage.rung) < Rung.options.indexOf(earlier.rung);
        return fell ? [back(`${stage.stage} was shown '${stage.rung}' after '${earlier.rung}'`)] : [];
      }),
    ];
  });
}
