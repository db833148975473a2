import { checkAcknowledged } from "./check-acknowledged.ts";
import { checkClosing } from "./check-closing.ts";
import { checkEpochs } from "./check-epochs.ts";
import { checkFeeds } from "./check-feeds.ts";
import { checkFiles } from "./check-files.ts";
import { checkNames } from "./check-names.ts";
import { checkOnce } from "./check-once.ts";
import { checkRungs } from "./check-rungs.ts";
import { checkSentBack } from "./check-sent-back.ts";
import { checkTexts } from "./check-texts.ts";
import type { History, Violation } from "./history.ts";
import { readHistory } from "./read-history.ts";

/** Judges what was recorded of a relay, whatever ran it. An empty result means that every guarantee held that a history can show. */
export function checkHistory(history: History): readonly Violation[] {
  const read = readHistory(history);
  return [
    checkFeeds,
    checkAcknowledged,
    checkFiles,
    checkOnce,
    checkEpochs,
    checkRungs,
    checkClosing,
    checkNames,
    checkSentBack,
    checkTexts,
  ].flatMap((check) => check(read));
}
