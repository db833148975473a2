import type { RunStatus } from "@tasuki/contracts";
import { toDuration } from "../render/duration.ts";
import { blocksOf, type RunOutcome } from "../render/outcome.ts";
import { toBlock } from "../render/run-detail.ts";
import type { Cli } from "./cli.ts";
import type { DataOption } from "./options.ts";

export interface ShownOutcome {
  readonly run: string;
  readonly status: RunStatus | undefined;
  readonly outcome: RunOutcome | undefined;
  readonly options: DataOption;
  /** Whether the nodes end with the command: what comes next has to start them again. */
  readonly isEnding?: boolean;
}

/** Says how a run stands when nobody watches it any more, and what to do next. */
export function sayOutcome(cli: Cli, { run, status, outcome, options, isEnding = false }: ShownOutcome): void {
  const style = cli.messageStyle;
  switch (outcome) {
    case "closed": {
      const took = status?.endedAt === undefined ? "" : ` in ${toDuration(Date.parse(status.endedAt) - Date.parse(status.createdAt))}`;
      cli.say(style.good(`Run ${run} is closed${took}: every check passed on main, every node has archived it.`));
      cli.say(`Its files: ${cli.next(options, "artifacts", run)}`);
      return;
    }
    case "failed":
    case "cancelled":
      cli.say(style.bad(`Run ${run} is ${outcome}.`));
      cli.say(`What happened: ${cli.next(options, "show", run)}`);
      return;
    case "needs-human":
      for (const shown of status === undefined ? [] : blocksOf(status)) for (const line of toBlock(shown, style)) cli.say(line);
      if (isEnding) cli.say(`The nodes are being ended, with the run as far as it is. Start them again: ${cli.next(options, "dev")}`);
      cli.say(`Run ${run} needs a person. Then: ${cli.next(options, "retry", run)}, or ${cli.next(options, "cancel", run)}`);
      return;
    case undefined:
      cli.say(`Stopped watching; run ${run} goes on. Follow it again: ${cli.next(options, "watch", run)}`);
  }
}
