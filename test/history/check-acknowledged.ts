import type { Violation } from "./history.ts";
import { type ReadHistory, readReceiptOf } from "./read-history.ts";

/** Every receipt that a sender got stands where it says, in the feed of the data folder that gave it; every run that was taken is shown. */
export function checkAcknowledged(history: ReadHistory): readonly Violation[] {
  const shown = new Set(history.statuses.map(({ run }) => run.id));
  return history.answers.flatMap(({ from, to, task, receipt }) => {
    const { digest, says } = readReceiptOf(receipt);
    const feed = history.feeds.find(({ instance }) => instance === says.instance);
    const entry = feed?.read[says.index];
    const held = entry?.own?.digest === digest;
    const what = `${to} acknowledged task ${task} to ${from} ('${says.state}')`;
    return [
      ...(held ? [] : [{ guarantee: "R1.ack-durable", what: `${what}, and its entry ${says.index} is not there` }]),
      ...(says.state === "accepted" && says.stage === "main" && says.epoch === 0 && !shown.has(says.run)
        ? [{ guarantee: "R1.run-kept", what: `${what}, and main shows no run ${says.run}` }]
        : []),
    ];
  });
}
